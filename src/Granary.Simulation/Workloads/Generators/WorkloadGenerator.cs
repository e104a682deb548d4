using Granary.Model;

namespace Granary.Simulation.Workloads.Generators;

/// <summary>Seeded synthetic workloads: equal options give equal jobs.</summary>
public static class WorkloadGenerator
{
    private const double HalfHourS = 1800;

    /// <summary>What people write as an estimate, seconds. After Tsafrir, Etsion, Feitelson (2005): a few round values hold nearly all estimates.</summary>
    private static readonly double[] RoundEstimates =
    [
        60, 300, 600, 900, 1200, 1800, 3600, 7200, 3 * 3600, 4 * 3600, 6 * 3600, 8 * 3600, 12 * 3600, 18 * 3600, 86400, 36 * 3600, 2 * 86400,
        3 * 86400, 7 * 86400, 14 * 86400, 30 * 86400,
    ];

    /// <exception cref="GranaryException">Invalid, for a setting out of its range.</exception>
    public static Workload Generate(GeneratorOptions options)
    {
        options.Validate();
        var random = new Random(options.Seed);
        var model = new LublinModel(options.Processors);
        var jobs = new Job[options.Jobs];
        var work = 0.0;
        for (var i = 0; i < jobs.Length; i++)
        {
            var size = model.Size(random);
            var run = model.RunTime(random, size);
            work += run * size;
            jobs[i] = new Job
            {
                Id = i + 1,
                Run = WorkloadBuilder.Micros(run),
                Estimate = WorkloadBuilder.Micros(Estimate(random, run, options.Overestimate)),
                Processors = size,
                User = User(random, options.Users),
                Group = -1,
                Queue = -1,
                Application = -1,
            };
        }
        Submit(jobs, options, work, random);
        return new Workload { Jobs = jobs, Processors = options.Processors };
    }

    private static void Submit(Job[] jobs, GeneratorOptions options, double work, Random random)
    {
        var gaps = Arrivals.Gaps(options.Arrivals, jobs.Length, random);
        // The first job comes at once: its gap is none.
        gaps[0] = 0;
        var total = gaps.Sum();
        var scale = options.Load is { } load && total > 0 ? work / options.Processors / load / total : 1;
        var cycle = Arrivals.Cycle(options.Arrivals);
        var time = 0.0;
        for (var i = 0; i < jobs.Length; i++)
        {
            time = cycle is null ? time + gaps[i] * scale : Pass(time, gaps[i] * scale, cycle);
            if (time > Workload.MaxSeconds) throw GranaryException.Invalid("the jobs would be submitted over more than 3,000 years; ask for fewer of them or a higher load");
            jobs[i] = jobs[i] with { Submit = WorkloadBuilder.Micros(Math.Floor(time)) };
        }
    }

    /// <summary>Lets busy time pass: faster than real time where the cycle is busy.</summary>
    private static double Pass(double time, double busy, double[] cycle)
    {
        // Whole weeks at once: their mean weight is 1.
        var week = cycle.Length * HalfHourS;
        var weeks = Math.Floor(busy / week);
        (time, busy) = (time + weeks * week, busy - weeks * week);
        for (var bucket = (long)(time / HalfHourS); ; bucket++)
        {
            var weight = cycle[bucket % cycle.Length];
            var end = (bucket + 1) * HalfHourS;
            var there = (end - time) * weight;
            if (busy <= there) return time + busy / weight;
            busy -= there;
            time = end;
        }
    }

    /// <summary>Zipf's law: the k-th user submits in proportion to 1 / k.</summary>
    private static int User(Random random, int users) =>
        Math.Clamp((int)Math.Exp(random.NextDouble() * Math.Log(users + 1)), 1, users);

    private static double Estimate(Random random, double run, double most)
    {
        if (most <= 1) return run;
        var said = run * (1 + random.NextDouble() * (most - 1));
        foreach (var round in RoundEstimates)
            if (said <= round) return round;
        return Math.Ceiling(said);
    }
}
