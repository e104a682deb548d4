namespace Granary.Profiling.Tests;

/// <summary>Real .NET processes, through EventPipe.</summary>
public sealed class RuntimeProfileTests
{
    [Fact]
    public void Methods_that_compute_have_their_names()
    {
        using var load = ChildProcess.Load("spin");
        var profile = Take.Until(() => Take.Of(load.Id, 2, ProfileModes.Cpu), p => p.Share(TrackKind.Cpu, "Program.HotLoop") > 0.5);
        Assert.True(profile.Share(TrackKind.Cpu, "Granary.Profiling.Load.Program.HotLoop") > 0.5, string.Join('\n', profile.Notes) + "\n" + FoldedStacks.Write(profile.Stacks, profile.Track(TrackKind.Cpu)!));
        Assert.DoesNotContain(profile.Stacks.Frames, f => f.Module == DeferredFrame.Module);
    }

    [Fact]
    public void Without_perf_events_the_runtime_samples_its_running_threads()
    {
        using var load = ChildProcess.Load("spin");
        var profile = Take.Until(() => Take.Of(load.Id, 2, ProfileModes.Cpu, perf: false), p => p.Share(TrackKind.Cpu, "Program.HotLoop") > 0.5);
        Assert.True(profile.Share(TrackKind.Cpu, "Program.HotLoop") > 0.5, string.Join('\n', profile.Notes) + "\n" + FoldedStacks.Write(profile.Stacks, profile.Track(TrackKind.Cpu)!));
    }

    [Fact]
    public void Allocations_have_type_and_place_and_collections_are_counted()
    {
        using var load = ChildProcess.Load("allocate");
        var profile = Take.Until(() => Take.Of(load.Id, 2, ProfileModes.Memory), p => p.Share(TrackKind.Allocations, "Program.AllocateStrings") > 0.8);
        Assert.True(profile.Share(TrackKind.Allocations, "Program.AllocateStrings") > 0.8, string.Join('\n', profile.Notes));
        Assert.True(profile.Share(TrackKind.Allocations, "[System.String]") > 0.8);
        Assert.True(profile.Totals["gc.allocated_bytes"] > 1024 * 1024);
        Assert.True(profile.Totals["gc.collections"] > 0);
        Assert.NotEmpty(profile.Events);
        Assert.All(profile.Events, e => Assert.InRange(e.Seconds, 0, 2));
    }
}
