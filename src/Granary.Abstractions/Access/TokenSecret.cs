using System.Security.Cryptography;
using System.Text;

namespace Granary.Abstractions;

/// <summary>Secrets that tokens are shown by.</summary>
/// <remarks>
/// 256 random bits, so one round of SHA-256 keeps them: a slow, salted hash protects passwords, which people choose from few, and would here only cost
/// time at each request. Nobody finds 256 random bits by trying.
/// </remarks>
public static class TokenSecret
{
    /// <summary>Tells what it is to people and to programs that look for secrets where none should be.</summary>
    public const string Prefix = "granary_";

    public const int HashBytes = SHA256.HashSizeInBytes;

    public static string Make() => Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
