using Granary.Abstractions;
using Granary.Access.Tokens;

namespace Granary.Access.Tests;

public sealed class TokenBookTests
{
    private readonly ManualTime _time = new();
    private readonly TokenRegistry _registry = new(new TokenRegistryState());
    private readonly TokenBook _book;

    public TokenBookTests() => _book = new TokenBook(_time).WithFileToken("file-token");

    [Fact]
    public void Secrets_are_known_and_others_are_not()
    {
        var token = Made("one", Role.AgentOwner, "lab");
        Assert.Same(Caller.File, _book.Find("file-token"));
        var caller = Assert.IsType<Caller>(_book.Find("one"));
        Assert.Equal((token.Id, Role.AgentOwner, true, false), (caller.Id, caller.Role, caller.Owns("lab"), caller.Owns("other")));
        foreach (var wrong in new[] { "", "two", "one ", "on", "ONE", "file-toke" }) Assert.Null(_book.Find(wrong));
        Assert.Null(new TokenBook(_time).WithFileToken("").Find(""));
    }

    [Fact]
    public void After_a_revocation_nobody_comes_in_and_who_is_in_does_not_stand()
    {
        var token = Made("one", Role.Operator);
        var caller = _book.Find("one")!;
        Assert.True(_book.Stands(caller));
        _registry.Revoke(token.Id, _time.Now);
        _book.Take(_registry.PageFor(0));
        Assert.Null(_book.Find("one"));
        Assert.False(_book.Stands(caller));
        Assert.True(_book.Stands(Caller.File));
    }

    [Fact]
    public void A_token_opens_until_it_expires()
    {
        Made("one", Role.Operator, expires: TimeSpan.FromMinutes(5));
        var caller = _book.Find("one")!;
        _time.Now += TimeSpan.FromMinutes(5);
        Assert.Null(_book.Find("one"));
        Assert.False(_book.Stands(caller));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(60, true)]
    public void Who_came_in_by_the_old_secret_stands_for_the_overlap(int seconds, bool stands)
    {
        var token = Made("old", Role.Operator);
        var caller = _book.Find("old")!;
        _registry.Rotate(token.Id, TokenSecret.Hash("new"), TimeSpan.FromSeconds(seconds), _time.Now);
        _book.Take(_registry.PageFor(0));
        Assert.Equal(stands, _book.Stands(caller));
        Assert.NotNull(_book.Find("new"));
        _time.Now += TimeSpan.FromSeconds(60);
        Assert.False(_book.Stands(caller));
        Assert.Null(_book.Find("old"));
    }

    [Fact]
    public void An_older_page_does_not_replace_a_newer_one()
    {
        var token = Made("one", Role.Operator);
        var old = _registry.PageFor(0);
        _registry.Revoke(token.Id, _time.Now);
        _book.Take(_registry.PageFor(0));
        _book.Take(old);
        Assert.Null(_book.Find("one"));
    }

    [Fact]
    public async Task A_secret_that_is_not_known_is_asked_for_once_more()
    {
        var asked = 0;
        _book.RefreshBy(_ =>
        {
            asked++;
            _registry.Create(new TokenRequest(Role.ReadOnly, TokenSecret.Hash("fresh")), _time.Now);
            _book.Take(_registry.PageFor(0));
            return Task.CompletedTask;
        });
        Assert.Equal(Role.ReadOnly, (await _book.FindAsync("fresh", CancellationToken.None))?.Role);
        Assert.NotNull(await _book.FindAsync("fresh", CancellationToken.None));
        Assert.Null(await _book.FindAsync("", CancellationToken.None));
        Assert.Equal(1, asked);
    }

    [Fact]
    public void Uses_are_told_once()
    {
        var token = Made("one", Role.Operator);
        _book.Find("one");
        Assert.Equal([token.Id], _book.TakeUses().Keys);
        Assert.Empty(_book.TakeUses());
        var caller = _book.Find("one")!;
        Assert.Empty(_book.TakeUses());
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.True(_book.Stands(caller));
        Assert.Equal([token.Id], _book.TakeUses().Keys);
    }

    private TokenView Made(string secret, Role role, string? agent = null, TimeSpan? expires = null)
    {
        var token = _registry.Create(new TokenRequest(role, TokenSecret.Hash(secret), "", agent is null ? null : [agent], expires), _time.Now);
        _book.Take(_registry.PageFor(0));
        return token;
    }
}
