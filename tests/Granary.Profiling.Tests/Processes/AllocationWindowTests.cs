namespace Granary.Profiling.Tests;

/// <summary>What a runtime that allocates much is asked, and how often.</summary>
public sealed class AllocationWindowTests
{
    [Fact]
    public void A_program_that_does_nothing_but_allocate_is_asked_in_windows_that_stand_for_the_rest()
    {
        using var load = ChildProcess.Load("allocate");
        var profile = Take.Until(() => Take.Of(load.Id, 4, ProfileModes.Memory), p => p.Notes.Any(n => n.Contains("stands for the rest", StringComparison.Ordinal)));
        Assert.Contains(profile.Notes, n => n.Contains("stands for the rest", StringComparison.Ordinal));
        // every string is about 110 bytes: what the windows stand for is near to what the collections say was allocated, not a small part of it
        var told = profile.Track(TrackKind.Allocations)!.Samples;
        Assert.True(told.Sum(s => (double)s.Weight) > 20_000.0 * told.Count * 10, $"{told.Count} samples of {told.Sum(s => (double)s.Weight):0} bytes");
    }

    [Theory]
    [InlineData(0, 250, 0)]
    [InlineData(32 * 1024, 250, 0)] // just what may be told
    [InlineData(64 * 1024, 250, 250)]
    [InlineData(256 * 1024, 250, 1750)]
    [InlineData(1 << 30, 250, 5000)] // the longest pause
    public void A_pause_keeps_what_a_runtime_tells_to_its_rate(long bytes, int windowMs, int pauseMs) =>
        Assert.Equal(pauseMs, AllocationWindows.Pause(bytes, TimeSpan.FromMilliseconds(windowMs)).TotalMilliseconds);
}
