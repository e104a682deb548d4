using Granary.Cli.CommandLine;

namespace Granary.Cli.Tests.CommandLine;

public sealed class SuggestionTests
{
    private static readonly string[] Commands = [.. CommandTable.All.Select(e => e.Name)];

    [Theory]
    [InlineData("taks", "task")]
    [InlineData("stauts", "status")]
    [InlineData("nod", "node")]
    [InlineData("Cancel", "cancel")]
    [InlineData("expl", "explain")]
    [InlineData("zebra", null)]
    [InlineData("x", null)]
    public void The_nearest_word_is_offered_when_it_is_near(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.For(word, Commands));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ABC", "abc", 0)]
    public void Distance_counts_edits(string a, string b, int expected)
    {
        Assert.Equal(expected, Suggestion.Distance(a, b));
        Assert.Equal(expected, Suggestion.Distance(b, a));
    }
}
