using System.Buffers.Binary;
using System.Security.Cryptography;
using Granary.Scheduling;
using Granary.Simulation.Replay;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Cluster;

/// <summary>What became of a workload: when each job started and ended.</summary>
/// <param name="Starts">Microseconds; the last start of those that were repeated.</param>
/// <param name="Ends">-1 for what never ended.</param>
/// <param name="Rejected">The cluster could not hold it.</param>
/// <param name="Offered">Processor-microseconds that the cluster had.</param>
/// <param name="Decisions">Starts, with repeated ones.</param>
internal sealed record Schedule(Workload Workload, long[] Starts, long[] Ends, bool[] Rejected, double Offered, long Decisions)
{
    /// <summary>By when jobs were to end, microseconds; 0 for none. Null when the policy has no deadlines.</summary>
    public long[]? Deadlines { get; init; }

    /// <summary>Shorter run times count as this long: a mean of slowdowns would else be one of the shortest jobs only.</summary>
    public const double SlowdownBoundS = 10;

    public ReplayReport Report(string policy, TimeSpan wall, IReadOnlyList<string> notes)
    {
        var jobs = Workload.Jobs;
        var (finished, wait, slowdown, response, work, last) = (0, 0.0, 0.0, 0.0, 0.0, 0L);
        for (var i = 0; i < jobs.Count; i++)
        {
            if (Ends[i] < 0) continue;
            var run = (Ends[i] - Starts[i]) / (double)Clock.Second;
            var waited = (Starts[i] - jobs[i].Submit) / (double)Clock.Second;
            finished++;
            wait += waited;
            response += waited + run;
            slowdown += Math.Max(1, (waited + run) / Math.Max(run, SlowdownBoundS));
            work += (double)jobs[i].Processors * (Ends[i] - Starts[i]);
            last = Math.Max(last, Ends[i]);
        }
        var over = Math.Max(1, finished);
        return new ReplayReport
        {
            Jobs = jobs.Count,
            Finished = finished,
            Rejected = Rejected.Count(r => r),
            Skipped = Workload.Skipped,
            MeanWaitS = wait / over,
            MeanBoundedSlowdown = slowdown / over,
            MeanResponseS = response / over,
            P95WaitS = WaitQuantile(0.95),
            MaxWaitS = WaitQuantile(1),
            Utilization = Offered > 0 ? work / Offered : 0,
            MakespanS = last / (double)Clock.Second,
            Decisions = Decisions,
            DecisionsPerS = Decisions / Math.Max(1e-9, wall.TotalSeconds),
            WallS = wall.TotalSeconds,
            PeakMemoryMib = PeakMemory.Mib(),
            Policy = policy,
            DeadlinesKept = Deadlines is null ? null : Count(kept: true),
            DeadlinesMissed = Deadlines is null ? null : Count(kept: false),
            Digest = Digest(),
            Notes = notes,
        };
    }

    /// <summary>The wait that such a part of the finished jobs did not exceed, seconds; the nearest rank.</summary>
    public double WaitQuantile(double quantile)
    {
        var waits = Enumerable.Range(0, Ends.Length).Where(i => Ends[i] >= 0).Select(i => Starts[i] - Workload.Jobs[i].Submit).Order().ToArray();
        return waits.Length == 0 ? 0 : waits[Math.Clamp((int)Math.Ceiling(quantile * waits.Length) - 1, 0, waits.Length - 1)] / (double)Clock.Second;
    }

    private int Count(bool kept) => Enumerable.Range(0, Ends.Length).Count(i => Ends[i] >= 0 && Deadlines![i] > 0 && Ends[i] <= Deadlines[i] == kept);

    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < Starts.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, Starts[i]);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Ends[i]);
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
