using System.Net;
using Granary.Access.Turns;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Tests;

public sealed class TurnTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Large = $$"""{"items":[{{string.Join(',', Enumerable.Repeat("""{"agent":"a","handler":"noop"}""", 1_200))}}]}""";

    private readonly StandingClock _clock = new();
    private readonly LargeRequests _turns;

    public TurnTests() => _turns = new(_clock, bytesAtOnce: 1, share: 0.5);

    [Fact]
    public async Task A_large_body_waits_for_its_turn_and_gives_it_back()
    {
        await using var server = await RestServer.Start(services: s => s.AddSingleton(_turns));
        var other = await _turns.EnterAsync(this, LargeRequests.Small + 1);
        var posted = server.Post(Large);
        Assert.True(SpinWait.SpinUntil(() => _turns.Waiting == 1 || posted.IsCompleted, Patience));
        Assert.False(posted.IsCompleted);
        Assert.Empty(server.Cluster.Pools["default"].Batches);
        await server.Post("""{"agent":"a","handler":"noop"}""").Json(HttpStatusCode.Created); // a small one does not wait
        _turns.Leave(other);
        await posted.WaitAsync(Patience).Json(HttpStatusCode.Created);
        Assert.True(SpinWait.SpinUntil(() => _turns.UnderWay == 0, Patience), "the turn was kept");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Others_rest_for_who_submits_and_not_for_who_looks(bool submits)
    {
        await using var server = await RestServer.Start(services: s => s.AddSingleton(_turns));
        if (submits) await server.Post("""{"agent":"a","handler":"noop"}""").Json(HttpStatusCode.Created);
        else await server.Get("/api/tasks").Json();
        var turn = await _turns.EnterAsync(this, LargeRequests.Small + 1);
        _clock.Now += TimeSpan.FromMilliseconds(1).Ticks;
        _turns.Leave(turn);
        Assert.Equal(!submits, _turns.EnterAsync(this, LargeRequests.Small + 1).IsCompleted);
    }

    /// <summary>It moves when a test says so, and none of its timers comes due.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
