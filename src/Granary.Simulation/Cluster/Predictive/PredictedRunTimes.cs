using Granary.Scheduling;
using Granary.Simulation.Cluster.Backfill;

namespace Granary.Simulation.Cluster.Predictive;

/// <summary>Predictions as backfilling takes them.</summary>
internal sealed class PredictedRunTimes(JobMachine machine, PredictiveOptions options) : IRunTimes
{
    private readonly RunTimePredictor _predictor = new(options.Memory, options.Trust);

    /// <summary>The typical run time rather than the mean: means of spread-out run times say that nearly every job is long, and nothing would go ahead.</summary>
    public long Expect(int job) => Micros(_predictor.Predict(machine.Job(job)).Typical);

    public void Learn(int job) => _predictor.Learn(machine.Job(job), (machine.Ends[job] - machine.Starts[job]) / (double)Clock.Second);

    /// <summary>Expected work over expected urgency; smaller goes first.</summary>
    public double Smith(int job)
    {
        var prediction = _predictor.Predict(machine.Job(job));
        return prediction.Mean * machine.Job(job).Processors / prediction.Urgency;
    }

    /// <summary>Expected processor-microseconds.</summary>
    public double Work(int job) => _predictor.Predict(machine.Job(job)).Mean * Clock.Second * machine.Job(job).Processors;

    private static long Micros(double seconds) => Math.Max(1, (long)Math.Min(seconds * Clock.Second, long.MaxValue / 4));
}
