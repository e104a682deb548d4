using Granary.Cli.CommandLine;
using Granary.Cli.Run;

namespace Granary.Cli.Tests.Run;

public sealed class ProgressViewTests
{
    private readonly StringWriter _out = new();
    private readonly ManualTime _time = new();

    private Surroundings Surroundings => new()
    {
        Out = _out,
        Error = TextWriter.Null,
        RawOut = () => Stream.Null,
        RawError = () => Stream.Null,
        Width = () => 80,
        Height = () => 24,
        Time = _time,
    };

    private static RunStatus Status(int done) => new()
    {
        Title = "f",
        Elapsed = TimeSpan.FromSeconds(done),
        All = new DomainProgress("all") { Total = 10, Succeeded = done, Queued = 10 - done },
        Domains = [new DomainProgress("energy") { Total = 10, Succeeded = done, Queued = 10 - done }],
    };

    private string[] Written()
    {
        var lines = _out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _out.GetStringBuilder().Clear();
        return lines;
    }

    [Fact]
    public void A_pipe_gets_a_line_every_five_seconds_and_the_last()
    {
        var view = new ProgressView(Surroundings, _out, terminal: false, color: false);
        view.Show(Status(1));
        Assert.Single(Written());
        _time.Advance(TimeSpan.FromSeconds(4));
        view.Show(Status(2));
        Assert.Empty(Written());
        _time.Advance(TimeSpan.FromSeconds(1));
        view.Show(Status(3));
        Assert.StartsWith("0:03  3/10 done", Assert.Single(Written()), StringComparison.Ordinal);
        view.Show(Status(10));
        Assert.StartsWith("0:10  10/10 done", Assert.Single(Written()), StringComparison.Ordinal);
        view.Show(Status(10));
        Assert.Empty(Written());
    }

    [Fact]
    public void A_pipe_hears_of_events_at_once_and_a_terminal_does_not()
    {
        new ProgressView(Surroundings, _out, terminal: false, color: false).Tell("something");
        Assert.Equal(["something"], Written());
        new ProgressView(Surroundings, _out, terminal: true, color: false).Tell("something");
        Assert.Empty(Written());
    }

    [Fact]
    public void A_terminal_is_redrawn_in_place()
    {
        var view = new ProgressView(Surroundings, _out, terminal: true, color: false);
        view.Show(Status(1));
        var first = Written();
        Assert.StartsWith("\rf  0:01", first[0], StringComparison.Ordinal);
        view.Show(Status(2));
        var second = Written();
        Assert.StartsWith($"\u001b[{first.Length - 1}A\rf  0:02", second[0], StringComparison.Ordinal);
        Assert.Equal("\u001b[J", second[^1]);
    }

    private sealed class ManualTime : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }
}
