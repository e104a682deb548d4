using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Access.Tokens;

/// <summary>
/// Tokens that a server gives to tasks, so that they may act for their own agent for a short time. Nothing is kept of them: each says whose it is and until when, with a code (HMAC-SHA256)
/// that only who has the token of the data directory can make. Another token there ends them all.
/// </summary>
/// <param name="fileToken">Of the data directory; not empty.</param>
public sealed class TaskTokens(string fileToken)
{
    /// <summary>What they begin with; no other token does.</summary>
    public const string Prefix = TokenSecret.Prefix + "task_";

    private const int LongestToken = 1024;

    private readonly byte[] _key = HMACSHA256.HashData(Encoding.UTF8.GetBytes(fileToken), "granary task tokens 1"u8);

    /// <summary>A token that opens what <see cref="Role.AgentOwner"/> of this one agent may do.</summary>
    public string Make(TaskId task, int attempt, string agent, DateTimeOffset until)
    {
        var says = string.Create(CultureInfo.InvariantCulture, $"{task}|{attempt}|{until.ToUnixTimeSeconds()}|{agent}");
        return $"{Prefix}{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(says))}_{Convert.ToHexStringLower(Code(says))}";
    }

    /// <summary>Who shows this; null for what this server has not given, or what is over.</summary>
    public Caller? Find(string secret, DateTimeOffset now)
    {
        if (secret.Length > LongestToken || !secret.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var last = secret.LastIndexOf('_');
        if (last <= Prefix.Length || Bytes(secret.AsSpan(Prefix.Length, last - Prefix.Length)) is not { } text || Bytes(secret.AsSpan(last + 1)) is not { Length: HMACSHA256.HashSizeInBytes } code) return null;
        var says = Encoding.UTF8.GetString(text);
        if (!CryptographicOperations.FixedTimeEquals(code, Code(says))) return null;
        var parts = says.Split('|', 4);
        var until = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[2], CultureInfo.InvariantCulture));
        return until <= now ? null : new Caller($"task:{parts[0]}#{parts[1]}", Role.AgentOwner, new[] { parts[3] }.ToFrozenSet(StringComparer.Ordinal), []) { Until = until };
    }

    private byte[] Code(string says) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(says));

    private static byte[]? Bytes(ReadOnlySpan<char> hex)
    {
        var bytes = new byte[hex.Length / 2];
        return hex.Length % 2 == 0 && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }
}
