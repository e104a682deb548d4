using System.Globalization;

namespace Granary.Faults;

/// <summary>What happened, as a fingerprint and, where wanted, as lines.</summary>
internal sealed class Story(bool keep, TimeProvider time)
{
    private readonly List<string> _lines = [];
    private readonly DateTimeOffset _start = time.GetUtcNow();

    /// <summary>FNV-1a, 64 bits.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    public IReadOnlyList<string> Lines => _lines;

    public bool Keeps => keep;

    public void Tell(string line)
    {
        foreach (var c in line) Mix((byte)c);
        Mix((byte)'\n');
        if (keep) Keep(line);
    }

    private void Keep(string line) => _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{(time.GetUtcNow() - _start).TotalSeconds,9:F3}  {line}"));

    /// <summary>For readers only: no part of the fingerprint.</summary>
    public void Note(string line)
    {
        if (keep) Keep(line);
    }

    public void Mix(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) Mix(b);
    }

    private void Mix(byte b) => Fingerprint = (Fingerprint ^ b) * 1099511628211;
}
