using System.Text;
using Granary.Model;

namespace Granary.Telemetry;

/// <summary>
/// Which series is at which place of the rows. A place goes to another series only when its own has been silent so long that nobody misses it: the month
/// that the coarsest ring keeps, or an hour for what belongs to a task. Rows carry the generation of this list, so that the older ones are not taken
/// for the new series.
/// </summary>
internal sealed class SeriesDirectory
{
    private const int Magic = 0x31445347; // "GSD1"
    private static readonly TimeSpan KeepTask = TimeSpan.FromHours(1);
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<Entry> _entries = [];

    public long Generation { get; private set; } = 1;

    /// <summary>How many places the rows have.</summary>
    public int Width { get; set; }

    public int Count => _entries.Count;

    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>-1 when there is none.</summary>
    public int Find(string name) => _places.GetValueOrDefault(name, -1);

    /// <returns>-1 when there are as many as may be, and none is silent for long enough.</returns>
    public int Add(string name, DateTimeOffset now, TimeSpan keep, int most)
    {
        var place = -1;
        for (var i = 0; i < _entries.Count; i++)
            if (now - _entries[i].LastSeen > (IsOfTask(_entries[i].Name) ? KeepTask : keep) && (place < 0 || _entries[i].LastSeen < _entries[place].LastSeen)) place = i;
        if (place < 0 && _entries.Count >= most) return -1;
        Generation++;
        var entry = new Entry(name, Generation) { LastSeen = now };
        if (place < 0)
        {
            place = _entries.Count;
            _entries.Add(entry);
        }
        else
        {
            _places.Remove(_entries[place].Name);
            _entries[place] = entry;
        }
        _places[name] = place;
        return place;
    }

    public byte[] Encode()
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Generation);
            writer.Write(Width);
            writer.Write(_entries.Count);
            foreach (var entry in _entries)
            {
                writer.Write(entry.Name);
                writer.Write(entry.Since);
                writer.Write((byte)entry.Quality);
                writer.Write(entry.LastSeen.UtcTicks);
            }
        }
        var checksum = Crc32C.Of(memory.GetBuffer().AsSpan(0, (int)memory.Length));
        memory.Write(BitConverter.GetBytes(checksum));
        return memory.ToArray();
    }

    /// <returns>Null when the bytes are damaged.</returns>
    public static SeriesDirectory? Decode(byte[] bytes)
    {
        if (bytes.Length < 24 || BitConverter.ToUInt32(bytes, bytes.Length - 4) != Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4))) return null;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        if (reader.ReadInt32() != Magic) return null;
        var directory = new SeriesDirectory { Generation = reader.ReadInt64(), Width = reader.ReadInt32() };
        var count = reader.ReadInt32();
        for (var i = 0; i < count; i++)
        {
            var entry = new Entry(reader.ReadString(), reader.ReadInt64()) { Quality = (ReadingSource)reader.ReadByte() };
            entry.LastSeen = new(reader.ReadInt64(), TimeSpan.Zero);
            directory._places[entry.Name] = i;
            directory._entries.Add(entry);
        }
        return directory;
    }

    private static bool IsOfTask(string name) => name.StartsWith("task.", StringComparison.Ordinal);

    /// <param name="name">Of the series.</param>
    /// <param name="since">Rows of this generation and later hold it.</param>
    internal sealed class Entry(string name, long since)
    {
        public string Name => name;

        public long Since => since;

        public ReadingSource Quality { get; set; }

        public DateTimeOffset LastSeen { get; set; }
    }
}
