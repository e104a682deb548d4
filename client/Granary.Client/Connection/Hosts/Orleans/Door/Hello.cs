using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;

namespace Granary.Client;

/// <summary>What a connection to a gateway is for.</summary>
internal enum KnockPurpose : byte
{
    /// <summary>Calls of grains: after the welcome it is Orleans'.</summary>
    Calls = 1,

    /// <summary>Every byte comes back: to see that the server is not only reachable, but runs.</summary>
    Echo = 2,
}

/// <summary>What a server says to who knocks.</summary>
internal enum DoorAnswer : byte
{
    Welcome = 0,

    /// <summary>The token opens nothing; trying again does not help.</summary>
    Refused = 1,

    /// <summary>Not now; trying again later may help.</summary>
    Later = 2,
}

/// <summary>
/// What is said on a connection to a gateway of the Orleans host before anything else: the client its token, the server whether it may come in. So a server reads
/// nothing of Orleans' protocol from who has no token, and knows the address of who shows a wrong one. Inside TLS where there is TLS.
/// </summary>
internal static class Hello
{
    /// <summary>Longest token or message in bytes.</summary>
    public const int MaxText = 8_000;

    private const uint Magic = 0x31595247; // "GRY1"
    private const int Head = 4 + 1 + 2;
    private const int AnswerHead = 1 + 2;

    public static async Task SendAsync(PipeWriter to, KnockPurpose purpose, string token, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetBytes(token);
        if (text.Length > MaxText) throw new ArgumentException($"a token has up to {MaxText} bytes", nameof(token));
        var hello = new byte[Head + text.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(hello, Magic);
        hello[4] = (byte)purpose;
        BinaryPrimitives.WriteUInt16LittleEndian(hello.AsSpan(5), (ushort)text.Length);
        text.CopyTo(hello, Head);
        await to.WriteAsync(hello, cancellation);
    }

    /// <returns>Null for who has left.</returns>
    /// <exception cref="InvalidDataException">What comes is not of this protocol.</exception>
    public static async Task<(KnockPurpose Purpose, string Token)?> ReceiveAsync(PipeReader from, CancellationToken cancellation)
    {
        if (await ReadAsync(from, Head, cancellation) is not { } head) return null;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(5));
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic || length > MaxText || !Enum.IsDefined((KnockPurpose)head[4]))
            throw new InvalidDataException("it does not speak this protocol");
        return await ReadAsync(from, length, cancellation) is { } text ? ((KnockPurpose)head[4], Encoding.UTF8.GetString(text)) : null;
    }

    public static async Task AnswerAsync(PipeWriter to, DoorAnswer answer, string message, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetBytes(message);
        var bytes = new byte[AnswerHead + text.Length];
        bytes[0] = (byte)answer;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(1), (ushort)text.Length);
        text.CopyTo(bytes, AnswerHead);
        await to.WriteAsync(bytes, cancellation);
    }

    /// <returns>Null for a server that left without an answer, or does not speak this protocol.</returns>
    public static async Task<(DoorAnswer Answer, string Message)?> HearAsync(PipeReader from, CancellationToken cancellation)
    {
        if (await ReadAsync(from, AnswerHead, cancellation) is not { } head) return null;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(1));
        if (length > MaxText || !Enum.IsDefined((DoorAnswer)head[0])) return null;
        return await ReadAsync(from, length, cancellation) is { } text ? ((DoorAnswer)head[0], Encoding.UTF8.GetString(text)) : null;
    }

    /// <summary>So many bytes and not one more: what follows is for somebody else.</summary>
    /// <returns>Null where fewer came.</returns>
    public static async Task<byte[]?> ReadAsync(PipeReader from, int count, CancellationToken cancellation)
    {
        if (count == 0) return [];
        var read = await from.ReadAtLeastAsync(count, cancellation);
        if (read.Buffer.Length < count)
        {
            from.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            return null;
        }
        var bytes = read.Buffer.Slice(0, count).ToArray();
        from.AdvanceTo(read.Buffer.GetPosition(count));
        return bytes;
    }
}
