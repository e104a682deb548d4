using System.Text.Json.Nodes;
using Granary.Abstractions;

namespace Granary.Cli.Output;

/// <summary>Tokens in every format, without their secrets.</summary>
internal static class TokenListing
{
    public static Listing<TokenView> At(DateTimeOffset now) => new(
        [
            new("ID", t => t.Id),
            new("NAME", t => t.Name),
            new("ROLE", t => RoleWords.Of(t.Role)),
            new("FOR", t => string.Join(' ', [.. t.Agents, .. t.Nodes])),
            new("STATE", t => t.Expires <= now ? "expired" : t.OldSecretUntil > now ? "rotating" : "active", Tone: t => t.Expires <= now ? Tone.Dim : Tone.Good),
            new("EXPIRES", t => t.Expires is { } end ? end <= now ? $"{Spans.Age(end, now)} ago" : $"in {Spans.Age(end - now)}" : ""),
            new("LAST USED", t => t.LastUsed is { } used ? $"{Spans.Age(used, now)} ago" : ""),
            new("AGE", t => Spans.Age(t.Created, now)),
        ],
        Json,
        t => t.Id,
        "no tokens beside the server's own");

    public static JsonNode Json(TokenView token) => new JsonObject
    {
        ["id"] = token.Id,
        ["name"] = token.Name,
        ["role"] = RoleWords.Of(token.Role),
        ["agents"] = new JsonArray([.. token.Agents.Select(a => (JsonNode)a)]),
        ["nodes"] = new JsonArray([.. token.Nodes.Select(n => (JsonNode)n)]),
        ["created"] = Time(token.Created),
        ["expires"] = Time(token.Expires),
        ["last_used"] = Time(token.LastUsed),
        ["old_secret_until"] = Time(token.OldSecretUntil),
    };

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
