using System.Collections.Concurrent;
using Granary.Memory.Tests;
using Granary.Model;
using Granary.Silo.Monitoring;

namespace Granary.Silo.Tests.Monitoring;

/// <summary>What waits for a target that hangs: the last 256, with the rest said to be lost, and no other target held up.</summary>
public sealed class NotificationDispatcherTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_oldest_goes_where_a_target_hangs_and_is_said_to_be_lost()
    {
        var (log, hangs, other) = (new ListedLog(), new Target("hangs", hangs: true), new Target("other", hangs: false));
        using var dispatcher = new NotificationDispatcher([hangs, other], TimeSpan.FromHours(1), 1, new ManualTime(), log);
        await dispatcher.StartAsync(CancellationToken.None);
        Post(dispatcher, 0);
        Assert.Equal("n0", await hangs.Next());
        for (var i = 1; i <= 300; i++)
        {
            Post(dispatcher, i);
            // the other one keeps up, so nothing of its is lost
            Assert.Equal($"n{i - 1}", await other.Next());
        }
        Assert.Equal(Enumerable.Range(1, 300 - 256).Select(i => $"hangs was not told 'n{i}': others that came later wait too"), log.Lines.Select(line => line.Text));
        hangs.Release();
        for (var i = 300 - 255; i <= 300; i++) Assert.Equal($"n{i}", await hangs.Next());
        await dispatcher.StopAsync(CancellationToken.None).WaitAsync(Bound);
    }

    [Fact]
    public async Task Stopping_ends_a_target_that_waits_and_one_that_hangs()
    {
        var (log, hangs, idle) = (new ListedLog(), new Target("hangs", hangs: true), new Target("idle", hangs: false));
        using var dispatcher = new NotificationDispatcher([hangs, idle], TimeSpan.FromHours(1), 3, new ManualTime(), log);
        await dispatcher.StartAsync(CancellationToken.None);
        Post(dispatcher, 0);
        await hangs.Next();
        await idle.Next();
        await dispatcher.StopAsync(CancellationToken.None).WaitAsync(Bound);
        Assert.True(dispatcher.ExecuteTask!.IsCompleted);
        Assert.Empty(log.Lines);
    }

    private static void Post(NotificationDispatcher dispatcher, int number) =>
        dispatcher.Post(new AlertNotification(number, DateTimeOffset.UnixEpoch, "group", [], 0, 0, $"n{number}"));

    private sealed class Target(string name, bool hangs) : INotificationTarget
    {
        private readonly ConcurrentQueue<string> _told = new();
        private readonly SemaphoreSlim _arrived = new(0);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => name;

        public async Task SendAsync(AlertNotification notification, CancellationToken cancellation)
        {
            _told.Enqueue(notification.Summary);
            _arrived.Release();
            if (hangs) await _released.Task.WaitAsync(cancellation);
        }

        public void Release() => _released.SetResult();

        public async Task<string> Next()
        {
            Assert.True(await _arrived.WaitAsync(Bound), $"{name} is told nothing");
            return _told.TryDequeue(out var told) ? told : "";
        }
    }
}
