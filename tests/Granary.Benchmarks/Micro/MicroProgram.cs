using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Granary.Benchmarks.Micro;

/// <summary>The small, by BenchmarkDotNet, each beside its plain version: <c>-- micro</c>.</summary>
internal static class MicroProgram
{
    public static Task<int> RunAsync(string[] arguments)
    {
        // in this process: a build of its own would need the package source again
        var config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "granary-micro"));
        Type[] families = [typeof(ResourceVectors), typeof(JournalRecords)];
        foreach (var family in families) BenchmarkRunner.Run(family, config, arguments);
        return Task.FromResult(0);
    }
}
