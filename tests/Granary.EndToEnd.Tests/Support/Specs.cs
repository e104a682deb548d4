using Granary.Model;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>Tasks of tests: small enough that many fit on two cores, quick to stop.</summary>
internal static class Specs
{
    public static TaskSpec Of(params string[] command) => new()
    {
        Agent = "tester",
        Name = Path.GetFileName(command[0]),
        Command = command,
        Resources = new ResourceSet { CpuMilli = 10 },
        KillGrace = TimeSpan.FromMilliseconds(500),
    };

    public static TaskSpec Sh(string script) => Of("sh", "-c", script);

    /// <summary>Runs until <paramref name="gate"/> exists.</summary>
    public static TaskSpec Gated(string gate, string then = ":") => Sh($"while [ ! -e '{gate}' ]; do sleep 0.05; done; {then}");

    public static TaskSpec Asking(this TaskSpec spec, int cpuMilli, int memoryMiB = 0) =>
        spec with { Resources = spec.Resources with { CpuMilli = cpuMilli, MemoryMiB = memoryMiB } };
}
