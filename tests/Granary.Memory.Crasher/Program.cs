using System.Globalization;
using Granary.Memory.Shared;

// PATH AGENT SEED: takes, seals, keeps, compresses and drops objects at random; a line for every 20 of these. Whoever reads may be gone; then there is nothing to go on for.
using var pool = SharedPool.Open(args[0], args[1]);
var random = new Random(int.Parse(args[2], CultureInfo.InvariantCulture));
var held = new List<SharedObject>();
for (var step = 0; step < 2_000_000; step++)
{
    try
    {
        switch (random.Next(8))
        {
            case 0:
                held.Add(pool.Allocate(random.Next(20_000)));
                break;
            case 1 or 2:
                held.Add(pool.Put(new byte[random.Next(1, 40) * 100], keep: random.Next(3) == 0));
                break;
            case 3:
                pool.CompressCold(new ColdRules { OlderThan = TimeSpan.Zero, Least = 1000, LeastCompressMiBps = 0, LeastDecompressMiBps = 0 });
                break;
            case 4 when held.Count > 0 && held[^1].CanWrite:
                held[^1].Seal();
                break;
            case 5 when held.Count > 0:
                pool.Forget(held[0].Id);
                break;
            default:
                if (held.Count == 0) break;
                held[0].Dispose();
                held.RemoveAt(0);
                break;
        }
    }
    catch (SharedPoolFullException)
    {
        // all of it is other processes'
        if (held.Count == 0) continue;
        held[0].Dispose();
        held.RemoveAt(0);
    }
    if (step % 20 == 0)
    {
        Console.Out.WriteLine(step);
        Console.Out.Flush();
    }
}
return 0;
