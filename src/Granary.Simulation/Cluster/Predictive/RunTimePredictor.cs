using Granary.Simulation.Workloads;

namespace Granary.Simulation.Cluster.Predictive;

/// <summary>What is expected of a job before it has run.</summary>
/// <param name="Mean">Run time, seconds.</param>
/// <param name="Typical">The geometric mean of its like: half run shorter, where run times spread over orders of magnitude.</param>
/// <param name="Urgency">What a second of waiting is expected to add to its slowdown.</param>
internal readonly record struct Prediction(double Mean, double Typical, double Urgency);

/// <summary>
/// Predicts run times from jobs that have ended: of all, of the same width, the same queue, the same user, and the same user's of the
/// same application and width. Each class corrects the one before it as far as it has been seen. Uses neither a job's own run time nor its estimate.
/// </summary>
internal sealed class RunTimePredictor(double memory, double trust)
{
    private readonly Dictionary<(int Level, int A, int B, int C), RunTimeHistory> _classes = [];

    public void Learn(in Job job, double seconds)
    {
        for (var level = 0; level < Levels; level++)
        {
            if (Class(job, level) is not { } key) continue;
            if (!_classes.TryGetValue(key, out var history)) _classes[key] = history = new RunTimeHistory(memory);
            history.Learn(seconds);
        }
    }

    public Prediction Predict(in Job job)
    {
        var (mean, log, urgency) = (600.0, Math.Log(600), 1 / 600.0);
        for (var level = 0; level < Levels; level++)
        {
            if (Class(job, level) is not { } key || !_classes.TryGetValue(key, out var history)) continue;
            var weight = history.Count / (history.Count + trust);
            mean += weight * (history.Mean - mean);
            log += weight * (history.LogMean - log);
            urgency += weight * (history.Urgency - urgency);
        }
        return new Prediction(mean, Math.Exp(log), urgency);
    }

    private const int Levels = 7;

    /// <summary>From the widest class to the narrowest; null where the trace does not say what it takes.</summary>
    private static (int, int, int, int)? Class(in Job job, int level) => level switch
    {
        0 => (0, 0, 0, 0),
        1 => (1, int.Log2(job.Processors), 0, 0),
        2 when job.Queue >= 0 => (2, job.Queue, int.Log2(job.Processors), 0),
        3 => (3, job.Processors, job.Queue, 0),
        4 when job.User >= 0 => (4, job.User, 0, 0),
        5 when job.User >= 0 => (5, job.User, job.Processors, 0),
        6 when job.User >= 0 && job.Application >= 0 => (6, job.User, job.Application, job.Processors),
        _ => null,
    };
}
