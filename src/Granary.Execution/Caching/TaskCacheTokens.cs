using System.Security.Cryptography;
using System.Text;

namespace Granary.Execution.Caching;

/// <summary>
/// What a task shows to be taken for its agent's: the agent's name and a code of it made with a secret of the node. The secret is a file that only the node agent reads, so
/// that tasks which outlive a node agent are known to the next one.
/// </summary>
/// <param name="secret">Of the node, 32 bytes.</param>
internal sealed class TaskCacheTokens(byte[] secret)
{
    private const int SecretLength = 32;

    /// <exception cref="IOException">It can neither be read nor made.</exception>
    public static TaskCacheTokens Open(string path)
    {
        if (File.Exists(path) && File.ReadAllBytes(path) is { Length: SecretLength } known) return new(known);
        var made = RandomNumberGenerator.GetBytes(SecretLength);
        var aside = path + ".new";
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            file.Write(made);
        File.Move(aside, path, overwrite: true);
        return new(made);
    }

    public string Of(string agent) => $"{agent}.{Convert.ToHexStringLower(Code(agent))}";

    /// <summary>Whose token it is; null for one that this node has not given.</summary>
    public string? AgentOf(string token)
    {
        var dot = token.LastIndexOf('.');
        if (dot <= 0 || token.Length - dot - 1 != 2 * HMACSHA256.HashSizeInBytes) return null;
        var shown = new byte[HMACSHA256.HashSizeInBytes];
        if (Convert.FromHexString(token.AsSpan(dot + 1), shown, out _, out _) != System.Buffers.OperationStatus.Done) return null;
        var agent = token[..dot];
        return CryptographicOperations.FixedTimeEquals(shown, Code(agent)) ? agent : null;
    }

    private byte[] Code(string agent) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(agent));
}
