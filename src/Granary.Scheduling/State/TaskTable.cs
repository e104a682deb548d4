namespace Granary.Scheduling.State;

/// <summary>Live tasks by number, in pages: constant-time lookup, and newest-first listing without sorting. Numbers start at 1.</summary>
internal sealed class TaskTable
{
    private const int PageBits = 10;
    private const int PageSize = 1 << PageBits;

    private readonly List<Page?> _pages = [];
    private int _firstUsed;

    public int Count { get; private set; }

    public TaskEntry? Find(long number)
    {
        var page = number >> PageBits;
        return number > 0 && page < _pages.Count ? _pages[(int)page]?.Tasks[(int)(number & (PageSize - 1))] : null;
    }

    public void Add(TaskEntry task)
    {
        var index = (int)(task.Number >> PageBits);
        while (_pages.Count <= index) _pages.Add(null);
        var page = _pages[index] ??= new Page();
        page.Tasks[task.Number & (PageSize - 1)] = task;
        page.Live++;
        Count++;
        if (index < _firstUsed) _firstUsed = index;
    }

    public void Remove(TaskEntry task)
    {
        var index = (int)(task.Number >> PageBits);
        var page = _pages[index]!;
        page.Tasks[task.Number & (PageSize - 1)] = null;
        Count--;
        if (--page.Live > 0) return;
        _pages[index] = null;
        while (_firstUsed < _pages.Count && _pages[_firstUsed] is null) _firstUsed++;
    }

    /// <summary>Live tasks with numbers below <paramref name="before"/>, newest first.</summary>
    public IEnumerable<TaskEntry> Descending(long before)
    {
        if (before <= 0 || before > (long)_pages.Count << PageBits) before = (long)_pages.Count << PageBits;
        for (var index = (int)((before - 1) >> PageBits); index >= _firstUsed; index--)
        {
            if (_pages[index] is not { } page) continue;
            for (var slot = (int)Math.Min(PageSize - 1, before - 1 - ((long)index << PageBits)); slot >= 0; slot--)
                if (page.Tasks[slot] is { } task) yield return task;
        }
    }

    /// <summary>Live tasks, oldest first.</summary>
    public IEnumerable<TaskEntry> Ascending()
    {
        for (var index = _firstUsed; index < _pages.Count; index++)
        {
            if (_pages[index] is not { } page) continue;
            foreach (var task in page.Tasks)
                if (task is not null) yield return task;
        }
    }

    /// <summary>No live task has a number below this ...</summary>
    public long Begin => Math.Max(1, (long)_firstUsed << PageBits);

    /// <summary>... or at or above this.</summary>
    public long End => (long)_pages.Count << PageBits;

    /// <summary>The page that a number is in, for those who look for live tasks page by page.</summary>
    public static long PageOf(long number) => number >> PageBits;

    /// <summary>The first number of a page.</summary>
    public static long FirstOf(long page) => page << PageBits;

    public bool IsPageEmpty(long page) => page >= _pages.Count || _pages[(int)page] is null;

    private sealed class Page
    {
        public readonly TaskEntry?[] Tasks = new TaskEntry?[PageSize];
        public int Live;
    }
}
