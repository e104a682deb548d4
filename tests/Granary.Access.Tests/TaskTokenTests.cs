using Granary.Abstractions;
using Granary.Access.Tokens;
using Granary.Model;

namespace Granary.Access.Tests;

/// <summary>A task's token opens for its own agent, for its time, at servers of the same data directory's token, and is not to be made by anybody else.</summary>
public sealed class TaskTokenTests
{
    private readonly ManualTime _time = new();
    private readonly TokenBook _book;
    private readonly string _token;

    public TaskTokenTests()
    {
        _book = new TokenBook(_time).WithFileToken("file-token");
        _token = new TaskTokens("file-token").Make(new TaskId("default", 7), 2, "lab", _time.Now + TimeSpan.FromHours(1));
    }

    [Fact]
    public void It_opens_for_its_agent_alone_and_says_which_attempt_it_is()
    {
        var caller = Assert.IsType<Caller>(_book.Find(_token));
        Assert.Equal(("task:default/7#2", Role.AgentOwner), (caller.Id, caller.Role));
        Assert.True(caller.Owns("lab"));
        Assert.Equal(["lab"], caller.Agents);
        Assert.True(_book.Stands(caller));
    }

    [Fact]
    public void It_is_over_when_its_time_is()
    {
        var caller = _book.Find(_token)!;
        _time.Now += TimeSpan.FromMinutes(59);
        Assert.True(_book.Stands(caller));
        Assert.NotNull(_book.Find(_token));
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.False(_book.Stands(caller));
        Assert.Null(_book.Find(_token));
    }

    [Fact]
    public void Another_server_or_another_token_of_the_directory_does_not_know_it()
    {
        Assert.Null(new TokenBook(_time).WithFileToken("another").Find(_token));
        Assert.Null(new TokenBook(_time).WithFileToken("").Find(_token));
    }

    [Fact]
    public void Whatever_is_changed_in_it_it_opens_nothing()
    {
        for (var i = 0; i < _token.Length; i++)
        {
            var other = _token[i] == '0' ? '1' : '0';
            Assert.Null(_book.Find(_token[..i] + other + _token[(i + 1)..]));
            Assert.Null(_book.Find(_token[..i]));
            Assert.Null(_book.Find(_token[..i] + _token[(i + 1)..]));
        }
        foreach (var wrong in (string[])[TaskTokens.Prefix, TaskTokens.Prefix + "_", TaskTokens.Prefix + "00_00", _token + "0", _token + "_", TaskTokens.Prefix + new string('0', 5000) + "_00"]) Assert.Null(_book.Find(wrong));
    }

    [Fact]
    public void What_it_says_of_another_agent_has_another_code()
    {
        var other = new TaskTokens("file-token").Make(new TaskId("default", 7), 2, "war", _time.Now + TimeSpan.FromHours(1));
        Assert.Null(_book.Find(other[..other.LastIndexOf('_')] + _token[_token.LastIndexOf('_')..]));
    }
}
