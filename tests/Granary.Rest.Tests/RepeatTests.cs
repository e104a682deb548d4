using Granary.Rest.Http;
using Granary.Rest.Repeats;

namespace Granary.Rest.Tests;

public sealed class RepeatTests
{
    private sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private int _made;

    [Fact]
    public async Task Replies_are_forgotten_after_the_window()
    {
        var time = new ManualTime();
        var replies = new RepeatedReplies(new() { RepeatWindow = TimeSpan.FromMinutes(10) }, time);
        Assert.Equal((1, false), await Call(replies, "k"));
        time.Now += TimeSpan.FromMinutes(10);
        Assert.Equal((1, true), await Call(replies, "k"));
        time.Now += TimeSpan.FromSeconds(1);
        Assert.Equal((2, false), await Call(replies, "k"));
        Assert.Equal(1, replies.Count);
    }

    [Fact]
    public async Task The_oldest_goes_first_and_the_number_is_bounded()
    {
        var replies = new RepeatedReplies(new() { RepeatKeys = 3 }, new ManualTime());
        for (var i = 0; i < 100; i++) await Call(replies, $"k{i}");
        Assert.InRange(replies.Count, 3, 4);
        Assert.True((await Call(replies, "k99")).Repeated);
        Assert.False((await Call(replies, "k0")).Repeated);
    }

    [Fact]
    public async Task Another_request_under_the_key_is_refused()
    {
        var replies = new RepeatedReplies(new(), new ManualTime());
        await Call(replies, "k");
        var refusal = await Assert.ThrowsAsync<RestException>(() => Call(replies, "k", "other"));
        Assert.Equal(422, refusal.Status);
    }

    [Fact]
    public async Task One_that_waited_for_a_failure_tries_itself()
    {
        var replies = new RepeatedReplies(new(), new ManualTime());
        var gate = new TaskCompletionSource<object?>();
        var first = replies.Once("k", "f", () => gate.Task);
        var second = Call(replies, "k", "f");
        Assert.False(second.IsCompleted);
        gate.SetException(new InvalidOperationException("no"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        Assert.Equal((1, false), await second);
    }

    private async Task<(int Made, bool Repeated)> Call(RepeatedReplies replies, string key, string fingerprint = "f")
    {
        var (result, repeated) = await replies.Once(key, fingerprint, () => Task.FromResult<object?>(++_made));
        return ((int)result!, repeated);
    }
}
