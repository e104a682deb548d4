using System.Diagnostics;
using System.Globalization;

namespace Granary.Faults.Tests;

/// <summary>A seed is a whole run.</summary>
public sealed class ReplayTests
{
    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_one_gives_another()
    {
        var runs = Enumerable.Range(1, 20).Select(seed => (First: World.Run(new RunOptions { Seed = seed }), Second: World.Run(new RunOptions { Seed = seed, KeepStory = true }))).ToArray();
        Assert.All(runs, r => Assert.Equal((r.First.Fingerprint, r.First.Figures), (r.Second.Fingerprint, r.Second.Figures)));
        Assert.Equal(runs.Length, runs.Select(r => r.First.Fingerprint).Distinct().Count());
    }

    [Fact]
    public async Task Another_process_gives_the_same_run_and_a_failure_says_how_to_see_it_again()
    {
        // text has other hash codes in every process: what depends on their order would show here
        var mine = World.Run(new RunOptions { Seed = 7 });
        var (code, output) = await RunAsync("7", "1");
        Assert.Equal(0, code);
        Assert.Contains($"fingerprint {mine.Fingerprint:x16}", output, StringComparison.Ordinal);

        var failing = Enumerable.Range(1, 100).First(seed => !World.Run(new RunOptions { Seed = seed, Bug = PlantedBug.ReuseToken }).Ok);
        (code, output) = await RunAsync(failing.ToString(CultureInfo.InvariantCulture), "1", "--bug", "ReuseToken", "--story");
        Assert.Equal(1, code);
        Assert.Contains($"seed {failing} (fingerprint ", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Granary.Faults.dll") },
            RedirectStandardOutput = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
