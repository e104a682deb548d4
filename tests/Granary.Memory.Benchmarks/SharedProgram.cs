using System.Diagnostics;
using System.Text;
using Granary.Memory.Shared;

namespace Granary.Memory.Benchmarks;

/// <summary>What calls of a shared pool cost, and what each codec does to three kinds of content.</summary>
internal static class SharedProgram
{
    private const int Rounds = 7, Calls = 20_000;

    public static void Run()
    {
        var path = Path.Combine("/dev/shm", $"granary-benchmark-{Environment.ProcessId}");
        try
        {
            using var pool = SharedPool.Create(path, new() { Capacity = 64 << 20 }, "a");
            foreach (var length in (int[])[100, 4096, 65536])
            {
                var content = new byte[length];
                new Random(1).NextBytes(content);
                using var there = pool.Put(content);
                var number = 0;
                Console.WriteLine($"{length,6:N0} bytes: allocate and free {Time(() => pool.Reserve(length, null).Dispose()):N0} ns, put and free {Time(() =>
                {
                    BitConverter.TryWriteBytes(content, ++number);
                    pool.Put(content).Dispose();
                }):N0} ns, put what is there {Time(() => pool.Put(there.ReadOnlySpan).Dispose()):N0} ns, open and close {Time(() => pool.Open(there.Id).Dispose()):N0} ns");
            }
        }
        finally
        {
            File.Delete(path);
        }
        foreach (var (name, content) in new[]
        {
            ("JSON lines", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => $"{{\"task\":{i},\"agent\":\"literature\",\"state\":\"Running\",\"cpu\":{i * 37 % 1000}}}\n")))),
            ("floats", Enumerable.Range(0, 50_000).SelectMany(i => BitConverter.GetBytes((float)Math.Sin(i / 50.0))).ToArray()),
            ("noise", Noise()),
        })
        {
            var sample = SharedCodecs.Sample(content).ToArray();
            for (var warm = 0; warm < 20; warm++) SharedCodecs.Measure(sample);
            var measured = Enumerable.Range(0, 31).Select(_ => SharedCodecs.Measure(sample)).ToArray();
            var medians = Enumerable.Range(0, measured[0].Length).Select(i => new CodecMeasure(
                measured[0][i].Codec, measured[0][i].Ratio, measured.Select(m => m[i].CompressMiBps).Order().ElementAt(15), measured.Select(m => m[i].DecompressMiBps).Order().ElementAt(15))).ToArray();
            Console.WriteLine($"{name}: " + string.Join("; ", medians.Select(m => $"{m.Codec} to {m.Ratio:P0}, {m.CompressMiBps:N0} MiB/s, back {m.DecompressMiBps:N0} MiB/s")) + $"; chosen: {new ColdRules().Choose(medians)}");
        }
    }

    private static byte[] Noise()
    {
        var noise = new byte[200_000];
        new Random(1).NextBytes(noise);
        return noise;
    }

    private static double Time(Action call)
    {
        var times = new List<double>();
        for (var round = -1; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Calls / 10; i++) call();
            if (round >= 0) times.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / (Calls / 10));
        }
        return times.Order().ElementAt(Rounds / 2);
    }
}
