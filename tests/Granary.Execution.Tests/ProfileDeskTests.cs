using Granary.Abstractions;
using Granary.Execution.Profiling;
using Granary.Profiling;

namespace Granary.Execution.Tests;

public sealed class ProfileDeskTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-profiles-");
    private readonly ManualResetEventSlim _end = new();

    [Fact]
    public async Task A_profile_is_waited_for_and_read_in_pieces()
    {
        using var desk = Desk();
        var started = desk.Start("pool/7", Order("cpu"), new() { Name = "task pool/7", Mark = "X=1" });
        Assert.Equal(ProfileState.Running, started.State);
        Assert.Equal(ProfileState.Running, (await desk.Read("pool/7", new(started.Id, 0, 100, TimeSpan.FromMilliseconds(1)))).State);
        _end.Set();
        using var whole = new MemoryStream();
        while (true)
        {
            var piece = await desk.Read("pool/7", new(started.Id, whole.Length, 50, TimeSpan.FromSeconds(8)));
            Assert.Equal((ProfileState.Done, ""), (piece.State, piece.Error));
            Assert.InRange(piece.Data.Length, 0, 50);
            whole.Write(piece.Data);
            if (whole.Length == piece.Length) break;
        }
        Assert.Equal("task pool/7", ProfileArchive.Read("x", whole.ToArray()).Target);
        Assert.Equal((started.Id, "pool/7"), desk.List("pool/7").Items.Select(i => (i.Id, i.Task)).Single());
        Assert.Empty(desk.List("pool/8").Items);
        // who may see one task may not see another's
        Assert.Equal(ProfileState.Failed, (await desk.Read("pool/8", new(started.Id, 0, 50, TimeSpan.Zero))).State);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_directory.FullName, "kept")));
    }

    [Fact]
    public async Task So_many_are_taken_at_once_and_so_many_are_kept()
    {
        using var desk = Desk(new() { AtOnce = 2, Kept = 3 });
        var first = desk.Start("", Order("io"), new() { Name = "a" });
        desk.Start("", Order("io"), new() { Name = "b" });
        var third = desk.Start("", Order("io"), new() { Name = "c" });
        Assert.Equal(ProfileState.Failed, third.State);
        Assert.Contains("Profiling:AtOnce", third.Error, StringComparison.Ordinal);
        _end.Set();
        Assert.Equal(ProfileState.Done, (await desk.Read("", new(first.Id, 0, 10, TimeSpan.FromSeconds(8)))).State);
        var last = first.Id;
        for (var i = 0; i < 6; i++)
        {
            ProfileAnswer answer;
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            do answer = desk.Start("", Order("io"), new() { Name = "d" });
            while (answer.State == ProfileState.Failed && System.Diagnostics.Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(8));
            await desk.Read("", new(last = answer.Id, 0, 10, TimeSpan.FromSeconds(8)));
        }
        var kept = desk.List("").Items;
        Assert.InRange(kept.Count, 1, 3);
        Assert.Equal(last, kept[0].Id);
    }

    [Theory]
    [InlineData("gpu", 1, "none of cpu")]
    [InlineData("cpu", 0.01, "100 ms to 10 minutes")]
    [InlineData("cpu", 4000, "100 ms to 10 minutes")]
    public void What_cannot_be_taken_is_refused(string mode, double seconds, string expected) =>
        Assert.Contains(expected, Desk().Start("", new(0, TimeSpan.FromSeconds(seconds), mode), new() { Name = "a" }).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("nothing")]
    [InlineData("")]
    public async Task What_is_not_there_is_said(string id) => Assert.Equal(ProfileState.Failed, (await Desk().Read("", new(id, 0, 10, TimeSpan.Zero))).State);

    [Fact]
    public async Task One_that_fails_says_why()
    {
        using var desk = new ProfileDesk(Path.Combine(_directory.FullName, "kept"), new(), TimeProvider.System, (_, _, _) => throw new ProfileTargetException("it has ended"));
        var started = desk.Start("", Order("cpu"), new() { Name = "a" });
        Assert.Equal("it has ended", (await desk.Read("", new(started.Id, 0, 10, TimeSpan.FromSeconds(8)))).Error);
    }

    [Fact]
    public async Task The_whole_machine_is_profiled_again_and_again_where_that_is_set()
    {
        using var taken = new SemaphoreSlim(0);
        ProfileOptions? asked = null;
        using var desk = new ProfileDesk(Path.Combine(_directory.FullName, "kept"), new() { Continuous = true, ContinuousEvery = TimeSpan.FromMilliseconds(20), Kept = 2 }, TimeProvider.System, (target, options, _) =>
        {
            Assert.True(target.IsWholeMachine);
            asked = options;
            taken.Release();
            return Made(target);
        });
        await desk.StartAsync(CancellationToken.None);
        for (var i = 0; i < 4; i++) Assert.True(await taken.WaitAsync(TimeSpan.FromSeconds(20)));
        await desk.StopAsync(CancellationToken.None);
        Assert.Equal(19, asked!.Frequency);
        Assert.InRange(desk.List("").Items.Count, 1, 2);
    }

    public void Dispose()
    {
        _end.Set();
        _directory.Delete(recursive: true);
        _end.Dispose();
    }

    private static ProfileOrder Order(string mode) => new(0, TimeSpan.FromSeconds(1), mode);

    private static Profile Made(ProfileTarget target) => new() { Target = target.Name, Started = DateTimeOffset.UnixEpoch, Duration = TimeSpan.FromSeconds(1), Stacks = new() };

    private ProfileDesk Desk(ProfilingOptions? options = null) => new(Path.Combine(_directory.FullName, "kept"), options ?? new(), TimeProvider.System, (target, _, cancel) =>
    {
        _end.Wait(TimeSpan.FromSeconds(20), cancel);
        return Made(target);
    });
}
