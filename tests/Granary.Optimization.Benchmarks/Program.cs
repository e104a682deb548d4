using Granary.Optimization.Benchmarks.Control;
using Granary.Optimization.Benchmarks.Nsga3;
using Granary.Optimization.Benchmarks.Online;
using Granary.Optimization.Benchmarks.Path;
using Granary.Optimization.Benchmarks.Plans;
using Granary.Optimization.Benchmarks.Policy;

namespace Granary.Optimization.Benchmarks;

/// <summary>Figures of the optimizers, one family a verb: <c>dotnet run -c Release --project tests/Granary.Optimization.Benchmarks -- VERB</c>.</summary>
internal static class Program
{
    private static readonly (string Verb, string What, Action<string[]> Run)[] Families =
    [
        ("nsga3", "IGD on DTLZ1 to 4 with 3 and 5 objectives, medians of 20 seeds, beside the paper's", Nsga3Program.Run),
        ("plans", "fronts of allocation plans: hypervolume, convergence, choices", PlansProgram.Run),
        ("oco", "shares every 100 ms: regret beside its bound, settling after a step of load", OnlineProgram.Run),
        ("mpc", "model predictive control beside reactive scaling on recorded load", ControlProgram.Run),
        ("policy", "a learned policy and epsilon-greedy beside the fixed strategies", PolicyProgram.Run),
        ("path", "the whole path: the time of each stage, and what it is worth beside the classical path", PathProgram.Run),
    ];

    private static int Main(string[] args)
    {
        var family = Families.FirstOrDefault(f => args.Length > 0 && f.Verb == args[0]);
        if (family.Run is null)
        {
            Console.Error.WriteLine("which figures? " + string.Join("; ", Families.Select(f => $"{f.Verb}: {f.What}")));
            return 2;
        }
        family.Run(args[1..]);
        return 0;
    }
}
