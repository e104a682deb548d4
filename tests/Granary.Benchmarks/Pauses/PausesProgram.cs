using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Granary.Benchmarks.Load;

namespace Granary.Benchmarks.Pauses;

/// <summary>
/// Pauses of the server's collections under its load, by settings of the collector, in turns; and what they do to the answers' times, to memory and to the CPU.
/// Exit 1 when the settings as shipped miss the bound. <c>pauses [CALLS A SECOND] [SECONDS] [ROUNDS]</c>.
/// </summary>
internal static class PausesProgram
{
    private const double BoundMilliseconds = 10;

    /// <summary>The runtime's own variables; numbers are hexadecimal, and upper and lower case count.</summary>
    private static readonly (string Name, (string Variable, string Value)[] Set)[] Settings =
    [
        ("as shipped", []),
        ("gen0 of 16 MiB", [("DOTNET_GCGen0MaxBudget", "1000000")]),
        ("gen0 of 1 MiB", [("DOTNET_GCGen0MaxBudget", "100000")]),
        ("gen0 of 64 MiB", [("DOTNET_GCgen0size", "4000000"), ("DOTNET_GCGen0MaxBudget", "4000000")]),
        ("not concurrent", [("DOTNET_gcConcurrent", "0")]),
        ("server collector", [("DOTNET_gcServer", "1")]),
        ("conserve memory 7", [("DOTNET_GCConserveMemory", "7")]),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var rate = args.Length > 0 ? args[0] : "8000";
        var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20;
        var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
        var taken = new List<Figures>();
        for (var round = 0; round < rounds; round++)
            foreach (var (name, set) in Settings)
                taken.Add(await MeasureAsync(name, set, rate, seconds));
        Console.WriteLine($"| {rate} calls a second | collections by generation | pause p50 | p99 | longest | of the time | answers p99 | resident | CPU |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var group in taken.GroupBy(f => f.Name)) Console.WriteLine(Median([.. group]).Row());
        return Median([.. taken.Where(f => f.Name == Settings[0].Name)]).P99 <= BoundMilliseconds ? 0 : 1;
    }

    private static Figures Median(Figures[] rounds) => rounds.OrderBy(r => r.P99).ElementAt(rounds.Length / 2);

    private static async Task<Figures> MeasureAsync(string name, (string Variable, string Value)[] set, string rate, int seconds)
    {
        foreach (var (variable, value) in set) Environment.SetEnvironmentVariable(variable, value);
        try
        {
            await using var server = await ServerUnderLoad.StartAsync();
            foreach (var (variable, _) in set) Environment.SetEnvironmentVariable(variable, null);
            await LoadAsync(server, rate, 5); // code is compiled
            await using var pauses = new CollectionPauses(server.ProcessId);
            var (cpu, clock) = (server.CpuSeconds, Stopwatch.StartNew());
            var answers = await LoadAsync(server, rate, seconds);
            var (share, elapsed) = ((server.CpuSeconds - cpu) / clock.Elapsed.TotalSeconds, clock.Elapsed.TotalMilliseconds);
            var resident = server.ResidentBytes;
            var (all, generations) = await pauses.EndAsync();
            var figures = new Figures(name, generations, At(all, 0.5), At(all, 0.99), At(all, 1), all.Sum() / elapsed, answers, resident, share);
            Console.Error.WriteLine(figures.Row());
            return figures;
        }
        finally
        {
            foreach (var (variable, _) in set) Environment.SetEnvironmentVariable(variable, null);
        }
    }

    private static double At(IReadOnlyList<double> sorted, double part) => sorted.Count == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * part) - 1)];

    /// <summary>Holds the rate by a program of its own.</summary>
    /// <returns>The 99th percentile of its answers, from when each call was meant to begin, in milliseconds.</returns>
    private static async Task<double> LoadAsync(ServerUnderLoad server, string rate, int seconds)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "granary.dll"), "load", "--rate", rate, "--duration", $"{seconds}s", "--clients", "4", "--agents", "8", "--mix", "submit=90,query=5,wait=3,cancel=2", "-o", "json"])
            info.ArgumentList.Add(argument);
        info.Environment["GRANARY_DATA_DIR"] = server.Data;
        using var process = Process.Start(info)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"granary load ended with {process.ExitCode}: {said}");
        using var report = JsonDocument.Parse(said);
        return report.RootElement.GetProperty("response").GetProperty("p99_ms").GetDouble();
    }

    private sealed record Figures(string Name, IReadOnlyList<int> Generations, double P50, double P99, double Longest, double Share, double Answers, long Resident, double Cpu)
    {
        public string Row() => string.Create(CultureInfo.InvariantCulture,
            $"| {Name} | {string.Join(" + ", Generations)} | {P50:0.0} ms | {P99:0.0} ms | {Longest:0.0} ms | {Share:0.0%} | {Answers:0.0} ms | {Resident / 1048576.0:0} MiB | {Cpu:0.00} |");
    }
}
