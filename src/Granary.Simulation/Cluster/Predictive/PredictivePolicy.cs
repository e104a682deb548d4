using Granary.Scheduling;
using Granary.Simulation.Cluster.Backfill;

namespace Granary.Simulation.Cluster.Predictive;

/// <summary>
/// EASY backfilling that knows neither run times nor estimates: it predicts from jobs that have ended. The queue is ordered by expected work over
/// expected urgency, which is Smith's rule (1956) for the sum of slowdowns: the weight of a job's waiting is 1 / max(run time, 10 s).
/// </summary>
/// <remarks>
/// No job starves: who has waited long, measured by the work that was there before it, goes to the front, in order of submission.
/// </remarks>
internal sealed class PredictivePolicy : BackfillPolicy
{
    /// <summary>Before every other key.</summary>
    private const double Front = -1;

    private readonly PredictedRunTimes _predicted;
    private readonly PredictiveOptions _options;
    private readonly PriorityQueue<int, (long At, int Job)> _patience = new();
    private readonly double[] _work;
    private double _backlog;

    public PredictivePolicy(JobMachine machine, PredictiveOptions options)
        : this(machine, options, new PredictedRunTimes(machine, options))
    {
    }

    private PredictivePolicy(JobMachine machine, PredictiveOptions options, PredictedRunTimes predicted)
        : base(machine, predicted, (job, _) => predicted.Smith(job), backfill: true)
    {
        options.Validate();
        (_options, _predicted) = (options, predicted);
        _work = new double[machine.Jobs];
    }

    public override void Queued(int job)
    {
        base.Queued(job);
        _work[job] = _predicted.Work(job);
        _backlog += _work[job];
        var patience = Clock.ToMicros(_options.Patience) + _options.BacklogPatience * _backlog / Math.Max(1, Machine.Capacity);
        _patience.Enqueue(job, (Machine.Now + (long)Math.Min(patience, long.MaxValue / 4), job));
    }

    public override void Ended(int job)
    {
        _backlog -= _work[job];
        base.Ended(job);
    }

    public override void Interrupted(int job)
    {
        _backlog -= _work[job];
        base.Interrupted(job);
    }

    public override void Removed(int job)
    {
        _backlog -= _work[job];
        base.Removed(job);
    }

    public override void Schedule()
    {
        while (_patience.TryPeek(out var job, out var due) && (due.At <= Machine.Now || Machine.Ends[job] >= 0))
        {
            _patience.Dequeue();
            if (Machine.Ends[job] < 0 && Waits(job)) Rekey(job, Front);
        }
        base.Schedule();
    }
}
