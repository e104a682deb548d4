using Granary.Parallelism.Batching;

namespace Granary.Parallelism.Benchmarks;

/// <summary>
/// Batches in virtual time: items arrive at random at a rate that may change, one server handles a batch at a time for a fixed time and a time an item, give or take a fifth, and now and
/// then for three times that.
/// </summary>
internal sealed class BatchingSimulation
{
    /// <summary>Items a second in each tenth of the run.</summary>
    public required double[] Rates { get; init; }

    /// <summary>Seconds.</summary>
    public double Length { get; init; } = 60;

    /// <summary>Seconds a batch, and an item.</summary>
    public double Fixed { get; init; } = 0.002;

    public double Each { get; init; } = 0.00002;

    /// <summary>One batch in so many takes three times as long; 0 for none.</summary>
    public int SlowOneIn { get; init; } = 200;

    public TimeSpan Goal { get; init; } = TimeSpan.FromMilliseconds(20);

    public int Seed { get; init; } = 7;

    /// <param name="fixedSize">A fixed size and wait in seconds instead of the controller's; null for those.</param>
    public BatchingOutcome Run((int Size, double Wait)? fixedSize = null)
    {
        var random = new Random(Seed);
        var arrivals = Arrivals(random);
        var controller = new BatchController(new() { Goal = Goal });
        var latencies = new List<double>(arrivals.Count);
        double free = 0, busy = 0;
        var (next, batches) = (0, 0);
        while (next < arrivals.Count)
        {
            var (size, wait) = fixedSize ?? (controller.Size, controller.Wait);
            var now = Math.Max(free, arrivals[next]);
            var full = next + size - 1 < arrivals.Count ? arrivals[next + size - 1] : double.PositiveInfinity;
            now = Math.Max(now, Math.Min(full, arrivals[next] + wait));
            var waiting = 0;
            while (next + waiting < arrivals.Count && arrivals[next + waiting] <= now && waiting < 100_000) waiting++;
            var taken = fixedSize is null ? controller.Take(waiting, now - arrivals[next]) : Math.Min(waiting, size);
            var handling = (Fixed + (Each * taken)) * (0.8 + (0.4 * random.NextDouble())) * (SlowOneIn > 0 && random.Next(SlowOneIn) == 0 ? 3 : 1);
            free = now + handling;
            busy += handling;
            var misses = 0;
            for (var i = next; i < next + taken; i++)
            {
                latencies.Add(free - arrivals[i]);
                if (free - arrivals[i] > Goal.TotalSeconds) misses++;
            }
            if (fixedSize is null) controller.Observe(taken, handling, misses);
            next += taken;
            batches++;
        }
        latencies.Sort();
        return new(latencies[(int)(latencies.Count * 0.5)], latencies[(int)(latencies.Count * 0.99)], (double)latencies.Count / batches, busy / Math.Max(free, Length));
    }

    private List<double> Arrivals(Random random)
    {
        var arrivals = new List<double>();
        for (var now = 0.0; ;)
        {
            var rate = Rates[(int)Math.Min(Rates.Length - 1, now / Length * Rates.Length)];
            now += -Math.Log(1 - random.NextDouble()) / rate;
            if (now >= Length) return arrivals;
            arrivals.Add(now);
        }
    }
}

/// <param name="Median">Seconds from arrival to the batch's end.</param>
/// <param name="P99">The same.</param>
/// <param name="Size">Items a batch, in the mean.</param>
/// <param name="Busy">The part of the time that the server worked.</param>
internal readonly record struct BatchingOutcome(double Median, double P99, double Size, double Busy);
