using System.Net;
using Granary.Abstractions;
using Granary.Access.Attempts;
using Granary.Access.Tokens;

namespace Granary.Access.Tests;

public sealed class FailedAttemptsTests
{
    private readonly ManualTime _time = new();
    private readonly FailedAttempts _attempts = new(new FailedAttemptOptions { Burst = 3, OneMoreEvery = TimeSpan.FromSeconds(10), LogEvery = TimeSpan.FromMinutes(1), Addresses = 4 });

    [Fact]
    public void Attempts_run_out_and_come_back_with_time()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(_attempts.Wait("a", _time.Now));
            _attempts.Failed("a", _time.Now);
        }
        Assert.Equal(TimeSpan.FromSeconds(10), _attempts.Wait("a", _time.Now));
        Assert.Null(_attempts.Wait("b", _time.Now));
        _time.Now += TimeSpan.FromSeconds(4);
        Assert.Equal(TimeSpan.FromSeconds(6), _attempts.Wait("a", _time.Now));
        _time.Now += TimeSpan.FromSeconds(6);
        Assert.Null(_attempts.Wait("a", _time.Now));
        _attempts.Failed("a", _time.Now);
        Assert.NotNull(_attempts.Wait("a", _time.Now));
    }

    [Fact]
    public void A_window_has_one_line_with_the_count()
    {
        Assert.Equal(1, _attempts.Failed("a", _time.Now));
        for (var i = 0; i < 500; i++) Assert.Equal(0, _attempts.Failed("a", _time.Now));
        Assert.Empty(_attempts.Due(_time.Now));
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal([("a", 500L)], _attempts.Due(_time.Now));
        Assert.Empty(_attempts.Due(_time.Now));
    }

    [Fact]
    public void The_table_is_bounded_and_the_one_that_was_quiet_longest_goes()
    {
        for (var i = 0; i < 3; i++) _attempts.Failed("loud", _time.Now);
        for (var i = 0; i < 100; i++)
        {
            _attempts.Failed($"other{i}", _time.Now);
            _attempts.Failed("loud", _time.Now);
        }
        Assert.Equal(4, _attempts.Count);
        Assert.NotNull(_attempts.Wait("loud", _time.Now));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("::1", "::1")]
    public void Addresses_are_counted_by_who_has_them(string address, string name) => Assert.Equal(name, FailedAttempts.NameOf(IPAddress.Parse(address)));

    [Fact]
    public async Task An_address_that_is_turned_away_is_not_heard_even_with_the_right_token_unless_it_came_in_with_it_before()
    {
        var lines = new List<(string, long)>();
        var registry = new TokenRegistry(new TokenRegistryState());
        registry.Create(new TokenRequest(Role.Operator, TokenSecret.Hash("right")), _time.Now);
        registry.Create(new TokenRequest(Role.Operator, TokenSecret.Hash("regular")), _time.Now);
        var book = new TokenBook(_time);
        book.Take(registry.PageFor(0));
        var gate = new AccessGate(book, _attempts, _time, (address, count) => lines.Add((address, count)));
        var from = IPAddress.Parse("192.0.2.7");
        Assert.NotNull((await gate.EnterAsync(from, "regular", default)).Caller);
        for (var i = 0; i < 3; i++) Assert.Equal(default, await gate.EnterAsync(from, "wrong", default));
        Assert.NotNull((await gate.EnterAsync(from, "wrong", default)).Wait);
        Assert.NotNull((await gate.EnterAsync(from, "right", default)).Wait);
        Assert.NotNull((await gate.EnterAsync(from, "regular", default)).Caller);
        Assert.NotNull((await gate.EnterAsync(IPAddress.Parse("192.0.2.8"), "right", default)).Caller);
        _time.Now += TimeSpan.FromMinutes(2);
        gate.Report();
        Assert.NotNull((await gate.EnterAsync(from, "right", default)).Caller);
        Assert.Equal([("192.0.2.7", 1L), ("192.0.2.7", 4L)], lines);
    }
}
