using System.Security.Cryptography;
using System.Text;

namespace Granary.Rest.Access;

/// <summary>Compares bearer tokens in a time that tells nothing of where, or by how much, they differ.</summary>
internal sealed class TokenCheck(string token)
{
    private const string Scheme = "Bearer ";
    private const string Basic = "Basic ";

    // Hashes have one length, so the comparison does not tell the token's.
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The token of an Authorization header; null without one, empty for another scheme.</summary>
    public static string? Given(string? authorization)
    {
        if (string.IsNullOrEmpty(authorization)) return null;
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : "";
    }

    /// <summary>The same for pages that people open: a browser asks for a name and a password, and sends them as Basic; the password counts.</summary>
    public static string? GivenByBrowser(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)) return Given(authorization);
        var bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[Basic.Length..].Trim(), bytes, out var length)) return "";
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    public bool Matches(string given) =>
        token.Length > 0 && CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(given)));
}
