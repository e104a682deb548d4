using System.Text;
using Granary.Model;
using Granary.Simulation.Swf;
using Granary.Simulation.Workloads;
using Granary.Simulation.Workloads.Generators;

namespace Granary.Simulation.Tests.Workloads;

public sealed class GeneratorTests
{
    private static Workload Generate(ArrivalModel arrivals, double? load = null, int seed = 1, int jobs = 10_000) =>
        WorkloadGenerator.Generate(new GeneratorOptions { Arrivals = arrivals, Load = load, Seed = seed, Jobs = jobs });

    private static string Write(Workload workload)
    {
        var text = new StringWriter();
        SwfWriter.Write(text, workload, ["Note: test"]);
        return text.ToString();
    }

    /// <summary>The published figures of the model on 256 processors: 24% serial, 58% other powers of two, mean of the logarithm of the run time 5.7.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sizes_and_run_times_have_the_models_moments(int seed)
    {
        var jobs = Generate(ArrivalModel.Lublin, seed: seed).Jobs;
        Assert.InRange(jobs.Count(j => j.Processors == 1) / 10_000.0, 0.23, 0.26);
        Assert.InRange(jobs.Count(j => int.IsPow2(j.Processors)) / 10_000.0, 0.82, 0.90);
        Assert.InRange(jobs.Average(j => j.Processors), 19, 26);
        Assert.InRange(jobs.Average(j => Math.Log(j.Run / 1e6)), 5.5, 5.9);
        Assert.InRange(jobs.Average(j => j.Run / 1e6), 4300, 5500);
        Assert.All(jobs, j => Assert.InRange(j.Processors, 1, 256));
    }

    [Theory]
    [InlineData(ArrivalModel.Lublin)]
    [InlineData(ArrivalModel.Poisson)]
    [InlineData(ArrivalModel.Bursty)]
    [InlineData(ArrivalModel.Diurnal)]
    public void The_load_asked_for_is_the_load_given_and_seeds_decide(ArrivalModel arrivals)
    {
        var workload = Generate(arrivals, load: 0.75);
        var work = workload.Jobs.Sum(j => (double)j.Run * j.Processors);
        Assert.InRange(work / 256 / workload.Jobs[^1].Submit, 0.73, 0.77);
        Assert.Equal(Write(workload), Write(Generate(arrivals, load: 0.75)));
        Assert.NotEqual(Write(workload), Write(Generate(arrivals, load: 0.75, seed: 2)));
    }

    /// <summary>Variance over mean of the jobs in a quarter of an hour: 1 for a Poisson process.</summary>
    [Fact]
    public void Bursts_are_bursts()
    {
        static double Dispersion(Workload workload)
        {
            var mean = workload.Jobs[^1].Submit / (double)workload.Jobs.Count;
            var counts = new double[workload.Jobs.Count / 20];
            foreach (var job in workload.Jobs) counts[Math.Min(counts.Length - 1, (int)(job.Submit / mean / 20))]++;
            var average = counts.Average();
            return counts.Average(c => (c - average) * (c - average)) / average;
        }

        Assert.InRange(Dispersion(Generate(ArrivalModel.Poisson)), 0.8, 1.2);
        Assert.True(Dispersion(Generate(ArrivalModel.Bursty)) > 5);
    }

    [Fact]
    public void The_day_has_its_cycle_and_the_week_its_end()
    {
        var jobs = Generate(ArrivalModel.Diurnal).Jobs;
        int Between(int from, int to) => jobs.Count(j => j.Submit / 3_600_000_000 % 24 is var h && h >= from && h < to);
        Assert.True(Between(12, 16) > 4 * Between(0, 4));
        var weekend = jobs.Count(j => j.Submit / 86_400_000_000 % 7 >= 5) / 2.0;
        Assert.InRange(weekend / (jobs.Count(j => j.Submit / 86_400_000_000 % 7 < 5) / 5.0), 0.4, 0.6);
    }

    [Fact]
    public void What_is_written_is_what_is_read()
    {
        var workload = Generate(ArrivalModel.Lublin, jobs: 300);
        var read = SwfTrace.Read(new MemoryStream(Encoding.UTF8.GetBytes(Write(workload))), "t.swf");
        Assert.Equal(workload.Jobs, read.Jobs);
        Assert.Equal(256, read.Processors);
    }

    [Fact]
    public void Estimates_are_at_least_the_run_time_and_mostly_round()
    {
        var jobs = Generate(ArrivalModel.Lublin).Jobs;
        Assert.All(jobs, j => Assert.True(j.Estimate >= j.Run));
        Assert.InRange(jobs.Select(j => j.Estimate).Distinct().Count(), 5, 40);
        Assert.All(WorkloadGenerator.Generate(new GeneratorOptions { Jobs = 100, Overestimate = 1 }).Jobs, j => Assert.Equal(j.Run, j.Estimate));
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Throws<GranaryException>(() => Generate(ArrivalModel.Lublin, load: 0));
        Assert.Throws<GranaryException>(() => Generate(ArrivalModel.Lublin, load: double.NaN));
        Assert.Throws<GranaryException>(() => Generate(ArrivalModel.Lublin, jobs: 0));
        Assert.Throws<GranaryException>(() => WorkloadGenerator.Generate(new GeneratorOptions { Overestimate = 0.5 }));
        Assert.Contains("years", Assert.Throws<GranaryException>(() => Generate(ArrivalModel.Lublin, load: 1e-9)).Message, StringComparison.Ordinal);
    }
}
