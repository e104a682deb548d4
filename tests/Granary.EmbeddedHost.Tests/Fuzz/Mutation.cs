using System.Buffers.Binary;

namespace Granary.EmbeddedHost.Tests.Fuzz;

/// <summary>Makes bad input of good: flipped bits, cuts, splices, repeats, lengths that lie. The same seed gives the same bytes.</summary>
internal static class Mutation
{
    private static readonly uint[] Interesting = [0, 1, 127, 128, 255, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

    /// <param name="mended">The length before the body is made right again, so that the change is seen by what reads the body.</param>
    public static byte[] Of(Random random, IReadOnlyList<byte[]> corpus, bool mended)
    {
        var bytes = corpus[random.Next(corpus.Count)].ToList();
        for (var steps = random.Next(1, 5); steps > 0; steps--) Step(random, bytes, corpus);
        var result = bytes.ToArray();
        if (mended && result.Length >= 5) BinaryPrimitives.WriteUInt32LittleEndian(result, (uint)(result.Length - 4));
        return result;
    }

    private static void Step(Random random, List<byte> bytes, IReadOnlyList<byte[]> corpus)
    {
        var at = random.Next(Math.Max(1, bytes.Count));
        if (bytes.Count == 0)
        {
            bytes.Add((byte)random.Next(256));
            return;
        }
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                break;
            case 4: // a number that means much
                var number = BitConverter.GetBytes(Interesting[random.Next(Interesting.Length)]);
                for (var i = 0; i < 4 && at + i < bytes.Count; i++) bytes[at + i] = number[i];
                break;
            case 5: // an integer of ten bytes where a shorter one was
                bytes.InsertRange(at, Enumerable.Repeat((byte)0xff, random.Next(1, 10)));
                break;
            case 6:
                var other = corpus[random.Next(corpus.Count)];
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.Skip(from).Take(random.Next(1, 65)));
                break;
            default:
                var part = bytes.GetRange(at, Math.Min(random.Next(1, 33), bytes.Count - at));
                for (var times = random.Next(1, 20); times > 0; times--) bytes.InsertRange(at, part);
                break;
        }
    }
}
