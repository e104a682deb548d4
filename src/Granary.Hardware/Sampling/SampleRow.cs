using Granary.Model;

namespace Granary.Hardware;

/// <summary>
/// One tick's values by metric, with stable places: a source asks for a place once and sets it every tick, so a tick allocates nothing.
/// A name is a metric (<c>cpu</c>) or a metric of one thing (<c>disk.read/sda</c>). Not for concurrent use.
/// </summary>
public sealed class SampleRow
{
    private readonly List<int> _free = [];
    private string?[] _names = new string?[64];
    private double[] _values = new double[64];
    private ReadingSource[] _qualities = new ReadingSource[64];

    /// <summary>Places in use or free again: the length of a copy.</summary>
    public int Count { get; private set; }

    /// <summary>Grows whenever a place gets a name or loses one.</summary>
    public int Version { get; private set; }

    /// <summary>Names by place; null where none is.</summary>
    public ReadOnlySpan<string?> Names => _names.AsSpan(0, Count);

    /// <summary>Values by place; not a number where absent.</summary>
    public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    public ReadOnlySpan<ReadingSource> Qualities => _qualities.AsSpan(0, Count);

    public int Add(string name)
    {
        int place;
        if (_free.Count > 0)
        {
            place = _free[^1];
            _free.RemoveAt(_free.Count - 1);
        }
        else
        {
            place = Count++;
            if (place == _names.Length)
            {
                Array.Resize(ref _names, place * 2);
                Array.Resize(ref _values, place * 2);
                Array.Resize(ref _qualities, place * 2);
            }
        }
        _names[place] = name;
        (_values[place], _qualities[place]) = (double.NaN, ReadingSource.Absent);
        Version++;
        return place;
    }

    public void Remove(int place)
    {
        if (_names[place] is null) return;
        _names[place] = null;
        (_values[place], _qualities[place]) = (double.NaN, ReadingSource.Absent);
        _free.Add(place);
        Version++;
    }

    /// <summary>Makes every value absent.</summary>
    public void Clear()
    {
        _values.AsSpan(0, Count).Fill(double.NaN);
        _qualities.AsSpan(0, Count).Clear();
    }

    /// <summary>Sets a value; one that is not a finite number stays absent.</summary>
    public void Set(int place, double value, ReadingSource quality = ReadingSource.Measured)
    {
        if (!double.IsFinite(value)) return;
        (_values[place], _qualities[place]) = (value, quality);
    }

    /// <summary>Increase of a counter per second; absent when the increase is, or when no time passed.</summary>
    public void SetRate(int place, ulong? increase, double seconds, double unit = 1)
    {
        if (increase is { } grown && seconds > 0) Set(place, grown * unit / seconds);
    }

    /// <summary>The place of a metric; -1 where there is none.</summary>
    public int PlaceOf(string name) => Find(name);

    /// <summary>The value of a metric by name; not a number when there is none. For tests and displays: it searches.</summary>
    public double this[string name] => Find(name) is >= 0 and var place ? _values[place] : double.NaN;

    public ReadingSource QualityOf(string name) => Find(name) is >= 0 and var place ? _qualities[place] : ReadingSource.Absent;

    private int Find(string name) => Array.IndexOf(_names, name, 0, Count);
}
