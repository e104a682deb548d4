using System.Globalization;
using Granary.Simulation.Energy;
using Granary.Simulation.Workloads.Generators;

namespace Granary.Benchmarks.Energy;

/// <summary>What parking saves and what it costs in waiting, on generated workloads of several loads: <c>energy [JOBS]</c>.</summary>
internal static class EnergyProgram
{
    public static int Run(string[] args)
    {
        var jobs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3000;
        Console.WriteLine("64 machines of 4 processors, 100 W idle, 300 W busy, 5 W asleep, 2 min to wake; a plan every 5 min with a fifth free; Lublin's model, seed 1");
        Console.WriteLine($"{"load",-6}{"always on",12}{"with plans",12}{"saved",8}{"mean wait",12}{"with plans",12}{"95th",10}{"with plans",12}{"woken",8}");
        foreach (var load in (double[])[0.1, 0.2, 0.35, 0.5, 0.7])
        {
            var work = WorkloadGenerator.Generate(new() { Jobs = jobs, Processors = 256, Load = load, Seed = 1 });
            var always = EnergySimulation.Run(work, new() { PlanEvery = TimeSpan.Zero });
            var planned = EnergySimulation.Run(work, new());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{load,-6:0.##}{always.Kwh,9:0.0} kWh{planned.Kwh,9:0.0} kWh{1 - planned.Kwh / always.Kwh,8:P0}{always.MeanWaitS,10:0} s{planned.MeanWaitS,10:0} s{always.P95WaitS,8:0} s{planned.P95WaitS,10:0} s{planned.Woken,8}"));
        }
        return 0;
    }
}
