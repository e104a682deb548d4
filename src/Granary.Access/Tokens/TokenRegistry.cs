using System.Globalization;
using System.Security.Cryptography;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Access.Tokens;

/// <summary>The tokens that there are, and what may be done with them. Time is an argument; no secret ever comes here.</summary>
public sealed class TokenRegistry(TokenRegistryState state)
{
    /// <summary>More are refused: every server keeps all of them in memory.</summary>
    public const int MaxTokens = 1_000;

    public const int MaxAgents = 1_000;

    public const int MaxNodes = 1_000;

    /// <summary>Uses are remembered to this precision, so that a busy token does not make the registry write all the time.</summary>
    public static readonly TimeSpan UsePrecision = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(36_500);

    public TokenRegistryState State { get; private set; } = state;

    public IReadOnlyList<TokenView> List(DateTimeOffset now) => [.. State.Tokens.Select(t => View(t, now))];

    /// <exception cref="GranaryException">Invalid or refused: one line says what would be right.</exception>
    public TokenView Create(TokenRequest request, DateTimeOffset now)
    {
        CheckHash(request.Hash);
        if (Owner(request.Hash) is { } same) return View(same, now);
        var agents = request.Agents ?? [];
        var nodes = request.Nodes ?? [];
        if (request.Role == Role.None || !Enum.IsDefined(request.Role)) throw GranaryException.Invalid("a token needs a role: admin, operator, agent-owner, read-only or node");
        if (request.Role == Role.AgentOwner && agents.Count == 0) throw GranaryException.Invalid("a token with role agent-owner needs the agents that it is for; name them with --agent");
        if (request.Role != Role.AgentOwner && agents.Count > 0) throw GranaryException.Invalid("only a token with role agent-owner is for certain agents; leave --agent out, or choose that role");
        if (agents.Count > MaxAgents) throw GranaryException.Invalid($"a token is for up to {MaxAgents} agents, not {agents.Count}; make several");
        if (agents.FirstOrDefault(a => !Names.IsValid(a)) is { } wrong) throw GranaryException.Invalid($"'{wrong}' is no agent id; use {Names.Rule}");
        if (request.Role != Role.Node && nodes.Count > 0) throw GranaryException.Invalid("only a token with role node is for certain nodes; leave --node out, or choose that role");
        if (nodes.Count > MaxNodes) throw GranaryException.Invalid($"a token is for up to {MaxNodes} names of nodes, not {nodes.Count}; use a pattern like 'gpu-*', or make several");
        if (nodes.FirstOrDefault(n => !NodeNames.IsValid(n)) is { } unlike) throw GranaryException.Invalid($"'{unlike}' is no name of a node; use {NodeNames.Rule}");
        if (request.Name.Length > 0 && !Names.IsValid(request.Name)) throw GranaryException.Invalid($"'{request.Name}' is no name for a token; use {Names.Rule}");
        if (request.ExpiresIn is { } life && (life <= TimeSpan.Zero || life > LongestLife)) throw GranaryException.Invalid("a token expires after more than 0 s and within 100 years; leave --expires out for never");
        if (State.Tokens.Count >= MaxTokens) throw GranaryException.Refused($"there are {MaxTokens} tokens, the most that are kept; 'granary token revoke' those that nobody needs");
        var token = new TokenRecord
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"t{State.LastNumber + 1}"),
            Name = request.Name,
            Role = request.Role,
            Agents = [.. agents.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Nodes = [.. nodes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Created = now,
            Expires = now + request.ExpiresIn,
            Hash = Convert.ToHexStringLower(request.Hash),
        };
        State = State with { Version = State.Version + 1, LastNumber = State.LastNumber + 1, Tokens = [.. State.Tokens, token] };
        return View(token, now);
    }

    /// <param name="id">Whose secret is replaced.</param>
    /// <param name="hash">Of the new one; the one that it has already changes nothing.</param>
    /// <param name="overlap">How long the old one still opens.</param>
    /// <param name="now">The time.</param>
    public TokenView Rotate(string id, byte[] hash, TimeSpan overlap, DateTimeOffset now)
    {
        CheckHash(hash);
        var token = Find(id);
        var text = Convert.ToHexStringLower(hash);
        if (token.Hash == text) return View(token, now);
        if (Owner(hash) is not null) throw GranaryException.Refused("this secret has been used for another token; make a new one");
        if (overlap < TimeSpan.Zero || overlap > TimeSpan.FromDays(30)) throw GranaryException.Invalid("--overlap is 0 to 30d: as long as it takes to hand out the new secret");
        var rotated = token with { Hash = text, OldHash = overlap > TimeSpan.Zero ? token.Hash : "", OldUntil = overlap > TimeSpan.Zero ? now + overlap : null };
        Replace(rotated);
        return View(rotated, now);
    }

    public TokenView Revoke(string id, DateTimeOffset now)
    {
        var token = Find(id);
        State = State with { Version = State.Version + 1, Tokens = [.. State.Tokens.Where(t => t.Id != id)] };
        return View(token, now);
    }

    /// <summary>Takes note of uses; true where something is worth writing. It does not change the version: nothing opens or closes by it.</summary>
    public bool Used(IReadOnlyDictionary<string, DateTimeOffset> lastUsed)
    {
        var changed = false;
        var tokens = State.Tokens.Select(t =>
        {
            if (!lastUsed.TryGetValue(t.Id, out var at) || (t.LastUsed is { } known && at - known < UsePrecision)) return t;
            changed = true;
            return t with { LastUsed = new DateTimeOffset(at.Ticks - at.Ticks % UsePrecision.Ticks, at.Offset) };
        }).ToArray();
        if (changed) State = State with { Tokens = tokens };
        return changed;
    }

    /// <summary>What a server with version <paramref name="version"/> needs.</summary>
    public TokenPage PageFor(long version) => version == State.Version ? new TokenPage(version, null) : new TokenPage(State.Version, [.. State.Tokens.SelectMany(Keys)]);

    private static IEnumerable<TokenKey> Keys(TokenRecord token)
    {
        yield return new TokenKey(token.Id, token.Role, token.Agents, Convert.FromHexString(token.Hash), token.Expires, token.Nodes);
        if (token.OldHash.Length == 0) yield break;
        var until = token.Expires is { } end && end < token.OldUntil ? end : token.OldUntil;
        yield return new TokenKey(token.Id, token.Role, token.Agents, Convert.FromHexString(token.OldHash), until, token.Nodes);
    }

    private TokenRecord Find(string id) => State.Tokens.FirstOrDefault(t => t.Id == id)
        ?? throw GranaryException.NotFound($"there is no token '{(Names.IsValid(id) ? id : "?")}'; 'granary token list' shows those that there are");

    private void Replace(TokenRecord token) =>
        State = State with { Version = State.Version + 1, Tokens = [.. State.Tokens.Select(t => t.Id == token.Id ? token : t)] };

    private TokenRecord? Owner(byte[] hash)
    {
        var text = Convert.ToHexStringLower(hash);
        return State.Tokens.FirstOrDefault(t => t.Hash == text || t.OldHash == text);
    }

    private static void CheckHash(byte[] hash)
    {
        if (hash.Length != TokenSecret.HashBytes || CryptographicOperations.FixedTimeEquals(hash, new byte[TokenSecret.HashBytes]))
            throw GranaryException.Invalid($"a token's secret is sent as its SHA-256, {TokenSecret.HashBytes} bytes");
    }

    private static TokenView View(TokenRecord token, DateTimeOffset now) => new()
    {
        Id = token.Id,
        Name = token.Name,
        Role = token.Role,
        Agents = token.Agents,
        Nodes = token.Nodes,
        Created = token.Created,
        Expires = token.Expires,
        LastUsed = token.LastUsed,
        OldSecretUntil = token.OldUntil > now ? token.OldUntil : null,
    };
}
