using System.Globalization;

namespace Granary.Balancing.Benchmarks;

/// <summary>Every algorithm against the same faults, one table for each scenario.</summary>
internal static class FaultTable
{
    public static void Run(ulong seed)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var scenario = Scenario.SlowAndFailing;
        Console.WriteLine($"seed {seed}; ten backends of {Scenario.Slots} places, mean service {Scenario.MeanServiceUs / 1000} ms, {Scenario.Seconds} s in virtual time");
        Console.WriteLine();
        Console.WriteLine($"{scenario.Name}, {scenario.RequestsPerSecond}/s");
        Console.WriteLine();
        Console.WriteLine("| algorithm | with | 50% ms | 99% ms | errors | errors over after | back in use after |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (name, make) in Contenders.All)
        {
            foreach (var setup in new[] { Setup.Bare, Setup.Healthy, Setup.Retrying })
            {
                var run = new Simulation(scenario, setup, make, seed).Run();
                Console.WriteLine(
                    $"| {name} | {setup.Name} | {run.QuantileMs(0.5):0} | {run.QuantileMs(0.99):0} | {run.ErrorRate:0.00%} | " +
                    $"{Seconds(run.ErrorsOver(20, 40))} | {Seconds(run.BackInUse(7, 40, 60))} |");
            }
        }

        foreach (var other in new[] { Scenario.Equals10, Scenario.Classes })
        {
            Console.WriteLine();
            Console.WriteLine($"{other.Name}, {other.RequestsPerSecond}/s, bare");
            Console.WriteLine();
            Console.WriteLine("| algorithm | 50% ms | 99% ms | errors | furthest from the mean load |");
            Console.WriteLine("| --- | --- | --- | --- | --- |");
            foreach (var (name, make) in Contenders.All)
            {
                var run = new Simulation(other, Setup.Bare, make, seed).Run();
                Console.WriteLine($"| {name} | {run.QuantileMs(0.5):0} | {run.QuantileMs(0.99):0} | {run.ErrorRate:0.00%} | {run.Imbalance():0.0%} |");
            }
        }
    }

    private static string Seconds(double? seconds) => seconds is { } s ? $"{s:0.0} s" : "not";
}
