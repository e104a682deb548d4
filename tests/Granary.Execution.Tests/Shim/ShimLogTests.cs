using Granary.Execution.Shim;
using Granary.Model;

namespace Granary.Execution.Tests.Shim;

/// <summary>What a shim's log gives back to the next one.</summary>
public sealed class ShimLogTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public ShimLogTests() => File.Delete(_path);

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Nothing_that_was_not_forgotten_is_lost()
    {
        string instance;
        using (var log = Open(out var none, out _))
        {
            Assert.Empty(none);
            instance = log.Instance;
            foreach (var number in new[] { 1, 2, 3, 4 }) log.Intent(FrameTests.Plan(number, number));
            log.Spawned(Key(2), 222, 10, 12, DateTimeOffset.UnixEpoch, [3]);
            log.Ended(new(FrameTests.Plan(3, 3).Lease, ReportKind.Ended, DateTimeOffset.UnixEpoch, new() { Code = 5 }));
            log.Ended(new(FrameTests.Plan(4, 4).Lease, ReportKind.Ended, DateTimeOffset.UnixEpoch, new()));
            log.Forgotten(Key(4));
        }

        for (var again = 0; again < 2; again++) // the second time from a compacted log
        {
            using var log = Open(out var tasks, out var seen);
            var byNumber = tasks.ToDictionary(t => t.Plan.Lease.Task.Number);
            Assert.Equal([1, 2, 3], byNumber.Keys.Order());
            Assert.Equal(0, byNumber[1].Pid);
            Assert.Equal((222, 10, 12), (byNumber[2].Pid, byNumber[2].FirstTick, byNumber[2].LastTick));
            Assert.Equal([3], byNumber[2].Cores!);
            Assert.Equal(5, byNumber[3].End!.Exit!.Code);
            Assert.Equal([Key(1), Key(2), Key(3), Key(4)], seen.All());
            Assert.Equal(instance, log.Instance);
        }
    }

    [Fact]
    public void A_log_that_ends_anywhere_gives_what_stood_before()
    {
        using (var log = Open(out _, out _))
        {
            log.Intent(FrameTests.Plan(1, 1));
            log.Intent(FrameTests.Plan(2, 2));
        }
        var whole = File.ReadAllBytes(_path);
        for (var length = whole.Length; length >= 0; length -= 3)
        {
            File.WriteAllBytes(_path, whole[..length]);
            using var log = Open(out var tasks, out _);
            Assert.True(tasks.Count <= 2);
            if (length == whole.Length) Assert.Equal(2, tasks.Count);
        }
    }

    [Fact]
    public void Damage_ends_the_log_and_is_no_error()
    {
        using (var log = Open(out _, out _)) log.Intent(FrameTests.Plan(1, 1));
        File.AppendAllText(_path, new string('\0', 100));

        using var again = Open(out var tasks, out _);

        Assert.Single(tasks);
    }

    [Fact]
    public void After_a_restart_of_the_machine_no_process_can_be_left()
    {
        using (var log = Open(out _, out _)) log.Intent(FrameTests.Plan(1, 1));

        using var again = ShimLog.Open(_path, "another boot", new(), out var tasks, out var sameBoot);

        Assert.False(sameBoot);
        Assert.Single(tasks);
    }

    private ShimLog Open(out IReadOnlyCollection<LoggedTask> tasks, out SeenTokens seen)
    {
        seen = new();
        return ShimLog.Open(_path, "this boot", seen, out tasks, out _);
    }

    private static LeaseKey Key(long number) => LeaseKey.Of(FrameTests.Plan(number, number).Lease);
}
