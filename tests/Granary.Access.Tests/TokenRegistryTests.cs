using Granary.Abstractions;
using Granary.Access.Tokens;
using Granary.Model;

namespace Granary.Access.Tests;

public sealed class TokenRegistryTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);
    private readonly TokenRegistry _registry = new(new TokenRegistryState());

    [Fact]
    public void A_token_is_listed_without_anything_that_opens()
    {
        var made = Create("one", new TokenRequest(Role.AgentOwner, [], "ci", ["b", "a", "b"], TimeSpan.FromDays(30)));
        var listed = Assert.Single(_registry.List(Now));
        Assert.Equal(("t1", "ci", Role.AgentOwner, Now, (DateTimeOffset?)Now.AddDays(30)), (listed.Id, listed.Name, listed.Role, listed.Created, listed.Expires));
        Assert.Equal(["a", "b"], listed.Agents);
        Assert.Equal(made.Id, listed.Id);
        Assert.DoesNotContain("one", System.Text.Json.JsonSerializer.Serialize(_registry.State), StringComparison.Ordinal);
    }

    [Fact]
    public void Creating_again_with_one_secret_gives_the_same_token()
    {
        Create("one", new TokenRequest(Role.Operator, []));
        Create("one", new TokenRequest(Role.Operator, []));
        Assert.Single(_registry.List(Now));
    }

    [Theory]
    [InlineData(Role.None, "", "needs a role")]
    [InlineData((Role)99, "", "needs a role")]
    [InlineData(Role.AgentOwner, "", "needs the agents")]
    [InlineData(Role.Operator, "a", "only a token with role agent-owner")]
    [InlineData(Role.AgentOwner, "no good", "no agent id")]
    public void What_makes_no_sense_is_refused(Role role, string agents, string why)
    {
        var request = new TokenRequest(role, TokenSecret.Hash("x"), "", agents.Length == 0 ? null : [agents]);
        var error = Assert.Throws<GranaryException>(() => _registry.Create(request, Now));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Empty(_registry.List(Now));
    }

    [Theory]
    [InlineData(Role.Node, "gpu-1 gpu-* * *-a.b", null)]
    [InlineData(Role.Node, "-gpu", "no name of a node")]
    [InlineData(Role.Node, "a/b", "no name of a node")]
    [InlineData(Role.Node, "gpu-?", "no name of a node")]
    [InlineData(Role.Node, "1234567890123456789012345678901234567890123456789012345678901234", "no name of a node")]
    [InlineData(Role.Operator, "gpu-1", "only a token with role node")]
    public void A_machines_token_may_be_for_certain_nodes(Role role, string nodes, string? why)
    {
        var request = new TokenRequest(role, TokenSecret.Hash("x"), Nodes: nodes.Split(' '));
        if (why is null)
        {
            Assert.Equal(nodes.Split(' ').Order(StringComparer.Ordinal), _registry.Create(request, Now).Nodes);
            Assert.Equal(_registry.List(Now)[0].Nodes, _registry.PageFor(0).Keys![0].Nodes);
            return;
        }
        var error = Assert.Throws<GranaryException>(() => _registry.Create(request, Now));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hash_of_another_length_or_a_life_of_no_time_is_refused()
    {
        Assert.Throws<GranaryException>(() => _registry.Create(new TokenRequest(Role.Admin, [1, 2, 3]), Now));
        Assert.Throws<GranaryException>(() => _registry.Create(new TokenRequest(Role.Admin, new byte[32]), Now));
        Assert.Throws<GranaryException>(() => _registry.Create(new TokenRequest(Role.Admin, TokenSecret.Hash("x"), ExpiresIn: TimeSpan.Zero), Now));
        Assert.Throws<GranaryException>(() => _registry.Create(new TokenRequest(Role.Admin, TokenSecret.Hash("x"), Name: "two words"), Now));
    }

    [Fact]
    public void There_is_a_limit()
    {
        for (var i = 0; i < TokenRegistry.MaxTokens; i++) Create($"{i}", new TokenRequest(Role.ReadOnly, []));
        Assert.Equal(ErrorCode.Refused, Assert.Throws<GranaryException>(() => Create("more", new TokenRequest(Role.ReadOnly, []))).Code);
    }

    [Fact]
    public void Rotation_opens_by_the_new_secret_and_for_the_overlap_by_the_old()
    {
        var id = Create("old", new TokenRequest(Role.Operator, [])).Id;
        var view = _registry.Rotate(id, TokenSecret.Hash("new"), TimeSpan.FromHours(1), Now);
        Assert.Equal(Now.AddHours(1), view.OldSecretUntil);
        Assert.Null(Assert.Single(_registry.List(Now.AddHours(1))).OldSecretUntil);
        var keys = _registry.PageFor(0).Keys!;
        Assert.Equal([null, Now.AddHours(1)], keys.Select(k => k.Until));
        // a repeat of the call changes nothing, above all not how long the old one goes on
        var version = _registry.State.Version;
        _registry.Rotate(id, TokenSecret.Hash("new"), TimeSpan.FromHours(1), Now.AddMinutes(5));
        Assert.Equal(version, _registry.State.Version);
        _registry.Rotate(id, TokenSecret.Hash("third"), TimeSpan.Zero, Now);
        Assert.Single(_registry.PageFor(0).Keys!);
    }

    [Fact]
    public void The_old_secret_does_not_outlive_its_token()
    {
        var id = Create("old", new TokenRequest(Role.Operator, [], ExpiresIn: TimeSpan.FromMinutes(10))).Id;
        _registry.Rotate(id, TokenSecret.Hash("new"), TimeSpan.FromHours(1), Now);
        Assert.All(_registry.PageFor(0).Keys!, k => Assert.Equal(Now.AddMinutes(10), k.Until));
    }

    [Fact]
    public void A_secret_is_one_tokens_alone()
    {
        Create("one", new TokenRequest(Role.Admin, []));
        var id = Create("two", new TokenRequest(Role.ReadOnly, [])).Id;
        Assert.Equal(ErrorCode.Refused, Assert.Throws<GranaryException>(() => _registry.Rotate(id, TokenSecret.Hash("one"), TimeSpan.Zero, Now)).Code);
    }

    [Fact]
    public void What_was_revoked_is_gone_and_its_number_is_not_given_again()
    {
        Create("one", new TokenRequest(Role.Admin, []));
        Assert.Equal("t1", _registry.Revoke("t1", Now).Id);
        Assert.Empty(_registry.PageFor(0).Keys!);
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<GranaryException>(() => _registry.Revoke("t1", Now)).Code);
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<GranaryException>(() => _registry.Rotate("t1", TokenSecret.Hash("x"), TimeSpan.Zero, Now)).Code);
        Assert.Equal("t2", Create("one", new TokenRequest(Role.Admin, [])).Id);
    }

    [Fact]
    public void Uses_are_kept_to_the_minute_and_do_not_change_what_opens()
    {
        var id = Create("one", new TokenRequest(Role.Admin, [])).Id;
        var version = _registry.State.Version;
        Assert.True(_registry.Used(new Dictionary<string, DateTimeOffset> { [id] = Now.AddSeconds(90), ["t9"] = Now }));
        Assert.False(_registry.Used(new Dictionary<string, DateTimeOffset> { [id] = Now.AddSeconds(119) }));
        Assert.Equal(Now.AddSeconds(60), Assert.Single(_registry.List(Now)).LastUsed);
        Assert.Equal(version, _registry.State.Version);
    }

    [Fact]
    public void Who_is_up_to_date_is_sent_nothing()
    {
        Create("one", new TokenRequest(Role.Admin, []));
        Assert.Null(_registry.PageFor(_registry.State.Version).Keys);
        Assert.Single(_registry.PageFor(_registry.State.Version - 1).Keys!);
    }

    [Fact]
    public void Secrets_are_256_random_bits_that_say_what_they_are()
    {
        var secrets = Enumerable.Range(0, 100).Select(_ => TokenSecret.Make()).ToArray();
        Assert.Equal(100, secrets.Distinct().Count());
        Assert.All(secrets, s => Assert.Matches("^granary_[0-9a-f]{64}$", s));
    }

    private TokenView Create(string secret, TokenRequest request) => _registry.Create(request with { Hash = TokenSecret.Hash(secret) }, Now);
}
