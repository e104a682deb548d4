namespace Granary.Scheduling.Dependencies;

/// <summary>
/// Which finished tasks succeeded: one bit a number, so that a dependency on a task that has left memory needs no look at a table. Pages in
/// which everything or nothing succeeded take no memory, so a billion finished tasks cost little.
/// </summary>
internal sealed class OutcomeSet
{
    private const int PageBits = 12;
    public const int WordsPerPage = (1 << PageBits) / 64;

    private static readonly ulong[] All = CreateAll();
    private readonly List<ulong[]?> _pages = [];

    public int PageCount => _pages.Count;

    public bool Contains(long number)
    {
        var page = number >> PageBits;
        if (number <= 0 || page >= _pages.Count || _pages[(int)page] is not { } words) return false;
        var bit = (int)(number & ((1 << PageBits) - 1));
        return (words[bit >> 6] >> (bit & 63) & 1) != 0;
    }

    public void Add(long number)
    {
        var page = (int)(number >> PageBits);
        while (_pages.Count <= page) _pages.Add(null);
        var words = _pages[page];
        if (ReferenceEquals(words, All)) return;
        if (words is null)
        {
            words = _pages[page] = new ulong[WordsPerPage];
            if (page == 0) words[0] = 1; // number 0 does not exist: its bit would keep the first page from being whole
        }
        var bit = (int)(number & ((1 << PageBits) - 1));
        words[bit >> 6] |= 1UL << (bit & 63);
        if (words[bit >> 6] == ulong.MaxValue && words.AsSpan().IndexOfAnyExcept(ulong.MaxValue) < 0) _pages[page] = All;
    }

    public void Remove(long number)
    {
        if (!Contains(number)) return;
        var page = (int)(number >> PageBits);
        var words = _pages[page]!;
        if (ReferenceEquals(words, All)) words = _pages[page] = [.. All];
        var bit = (int)(number & ((1 << PageBits) - 1));
        words[bit >> 6] &= ~(1UL << (bit & 63));
    }

    /// <summary>A page's words; empty for none succeeded.</summary>
    public ReadOnlySpan<ulong> Page(int page) => _pages[page];

    public bool IsWhole(int page) => ReferenceEquals(_pages[page], All);

    /// <summary>Appends a page while a snapshot is read: <paramref name="words"/> empty for none succeeded.</summary>
    public void AppendPage(ulong[] words) => _pages.Add(words.Length == 0 ? null : words);

    public void AppendWhole() => _pages.Add(All);

    private static ulong[] CreateAll()
    {
        var words = new ulong[WordsPerPage];
        words.AsSpan().Fill(ulong.MaxValue);
        return words;
    }
}
