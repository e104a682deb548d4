using System.Security.Cryptography;
using System.Text;

namespace Granary.Rest.Access;

/// <summary>Compares bearer tokens in a time that tells nothing of where, or by how much, they differ.</summary>
internal sealed class TokenCheck(string token)
{
    private const string Scheme = "Bearer ";

    // Hashes have one length, so the comparison does not tell the token's.
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The token of an Authorization header; null without one, empty for another scheme.</summary>
    public static string? Given(string? authorization)
    {
        if (string.IsNullOrEmpty(authorization)) return null;
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : "";
    }

    public bool Matches(string given) =>
        token.Length > 0 && CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(given)));
}
