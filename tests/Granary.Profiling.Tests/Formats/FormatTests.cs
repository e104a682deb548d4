using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Granary.Profiling.Tests;

public sealed class FormatTests
{
    [Fact]
    public void Equal_stacks_are_one_line()
    {
        var profile = Take.Made(("a;b", 3), ("a", 1), ("a;b", 4), ("z", 2));
        Assert.Equal("a 1\na;b 7\nz 2\n", FoldedStacks.Write(profile.Stacks, profile.Tracks[0]));
    }

    [Theory]
    [InlineData("a;b", "line 1")]
    [InlineData("a 1\nb -2", "line 2")]
    [InlineData("a 1\n\n x", "line 3")]
    public void What_is_no_folded_stack_is_refused_with_its_line(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => FoldedStacks.Read("x", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_was_written_is_read_again() => Prop.ForAll(ArbMap.Default.ArbFor<(byte, byte, byte)[]>(), samples =>
    {
        var made = Take.Made([.. samples.Select(s => ($"f{s.Item1};g{s.Item2 % 7}", (long)s.Item3 + 1))]) with
        {
            Notes = ["a note"],
            Totals = new Dictionary<string, double> { ["cpu"] = 0.25 },
            Events = [new(1, 0.5, "gc", "text")],
            Threads = [new(1, 2, "main", 1, 2, 3, 4, [new(0, 1, ThreadState.Disk)])],
            Series = [new("CPU", "cores", [(0.5f, 2)])],
        };
        var read = SpeedscopeFile.Read(SpeedscopeFile.Write(made));
        Assert.Equal(FoldedStacks.Write(made.Stacks, made.Tracks[0]), FoldedStacks.Write(read.Stacks, read.Tracks[0]));
        Assert.Equal(made.Tracks[0].Samples.Select(s => (s.At, s.Weight, s.Thread)), read.Tracks[0].Samples.Select(s => (s.At, s.Weight, s.Thread)));
        Assert.Equal((made.Target, made.Started, made.Duration, 0.25), (read.Target, read.Started, read.Duration, read.Totals["cpu"]));
        Assert.Equal(made.Notes, read.Notes);
        Assert.Equal(made.Events, read.Events);
        Assert.Equal(made.Threads[0].Spans, read.Threads[0].Spans);
        Assert.Equal(made.Series[0].Points, read.Series[0].Points);
        return true;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"shared\":{\"frames\":[]},\"profiles\":[{\"type\":\"evented\"}]}")]
    [InlineData("{\"shared\":{\"frames\":[]},\"profiles\":[{\"type\":\"sampled\",\"name\":\"x\",\"samples\":[[7]],\"weights\":[1]}]}")]
    [InlineData("{\"shared\":{\"frames\":[]},\"profiles\":[{\"type\":\"sampled\",\"name\":\"x\",\"samples\":[[]],\"weights\":[]}]}")]
    public void What_is_no_profile_is_refused(string text) => Assert.Throws<FormatException>(() => SpeedscopeFile.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_page_asks_nobody_and_names_are_never_markup()
    {
        var page = ProfilePage.Of(Take.Made(("</script><script>alert(1)</script>;<b>", 5)) with { Target = "<i>task</i>" });
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>task", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_says_what_grew_and_what_shrank_for_equal_times()
    {
        var before = Take.Made(("a;b", 100), ("a;c", 100)) with { Duration = TimeSpan.FromSeconds(20) };
        var after = Take.Made(("a;b", 90), ("a;d", 10));
        var difference = ProfileDifference.Of(before, after);
        Assert.Equal([("c", 50.0, 0.0), ("b", 50, 90), ("d", 0, 10)], difference.Functions(TrackKind.Cpu));
        Assert.Contains("\"diff\":true", ProfilePage.Of(difference), StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_does_not_differ_from_itself() => Prop.ForAll(ArbMap.Default.ArbFor<(byte, byte)[]>(), samples =>
    {
        var made = Take.Made([.. samples.Select(s => ($"f{s.Item1 % 5};g{s.Item1}", (long)s.Item2))]);
        return ProfileDifference.Of(made, made).Tracks.All(t => t.Entries.All(e => Math.Abs(e.Before - e.After) < 1e-9));
    }).QuickCheckThrowOnFailure();
}
