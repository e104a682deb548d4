namespace Granary.Simulation.Cluster.Backfill;

/// <summary>
/// Waiting jobs in order of a key, in chunks that know the least they ask for: a search for what fits passes over whole chunks, and its cost
/// does not grow with a queue of which nothing fits.
/// </summary>
internal sealed class WaitingJobs
{
    private const int ChunkSize = 64;

    private readonly List<Chunk> _chunks = [];

    public int Count { get; private set; }

    public int Head => _chunks[0].Jobs[0].Job;

    public void Add(in WaitingJob job)
    {
        if (_chunks.Count == 0) _chunks.Add(new Chunk());
        var at = FindChunk(job);
        var chunk = _chunks[at];
        if (chunk.Count == ChunkSize)
        {
            var upper = chunk.Split();
            _chunks.Insert(at + 1, upper);
            if (upper.Jobs[0].CompareTo(job) < 0) chunk = upper;
        }
        chunk.Insert(job);
        Count++;
    }

    /// <param name="job">As it was added.</param>
    public void Remove(in WaitingJob job)
    {
        var at = FindChunk(job);
        RemoveAt(at, _chunks[at].Place(job));
    }

    /// <summary>Takes the first job after the head that may be started beside the head's reservation.</summary>
    /// <param name="free">Processors free now.</param>
    /// <param name="span">Time until the reservation.</param>
    /// <param name="extra">Processors free now and not needed by the reservation.</param>
    /// <param name="cursor">Where to go on; begin with default.</param>
    public bool TakeFit(int free, long span, int extra, ref (int Chunk, int Place) cursor, out WaitingJob found)
    {
        for (; cursor.Chunk < _chunks.Count; cursor = (cursor.Chunk + 1, 0))
        {
            var chunk = _chunks[cursor.Chunk];
            if (chunk.LeastProcessors > free || (chunk.LeastProcessors > extra && chunk.LeastExpected > span)) continue;
            for (; cursor.Place < chunk.Count; cursor.Place++)
            {
                found = chunk.Jobs[cursor.Place];
                if (found.Processors > free || (found.Processors > extra && found.Expected > span)) continue;
                if (cursor == default) continue;
                RemoveAt(cursor.Chunk, cursor.Place);
                return true;
            }
        }
        found = default;
        return false;
    }

    private void RemoveAt(int at, int place)
    {
        _chunks[at].RemoveAt(place);
        if (_chunks[at].Count == 0) _chunks.RemoveAt(at);
        Count--;
    }

    /// <summary>The last chunk that does not begin after the job.</summary>
    private int FindChunk(in WaitingJob job)
    {
        var (low, high) = (0, _chunks.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (_chunks[middle].Jobs[0].CompareTo(job) <= 0) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private sealed class Chunk
    {
        public WaitingJob[] Jobs { get; } = new WaitingJob[ChunkSize];

        public int Count { get; private set; }

        public int LeastProcessors { get; private set; } = int.MaxValue;

        public long LeastExpected { get; private set; } = long.MaxValue;

        public void Insert(in WaitingJob job)
        {
            var place = Place(job);
            Array.Copy(Jobs, place, Jobs, place + 1, Count - place);
            Jobs[place] = job;
            Count++;
            LeastProcessors = Math.Min(LeastProcessors, job.Processors);
            LeastExpected = Math.Min(LeastExpected, job.Expected);
        }

        public void RemoveAt(int place)
        {
            var gone = Jobs[place];
            Count--;
            Array.Copy(Jobs, place + 1, Jobs, place, Count - place);
            if (gone.Processors == LeastProcessors || gone.Expected == LeastExpected) Sum();
        }

        public int Place(in WaitingJob job)
        {
            var place = Array.BinarySearch(Jobs, 0, Count, job);
            return place < 0 ? ~place : place;
        }

        public Chunk Split()
        {
            var upper = new Chunk();
            upper.Count = Count - Count / 2;
            Array.Copy(Jobs, Count / 2, upper.Jobs, 0, upper.Count);
            Count /= 2;
            Sum();
            upper.Sum();
            return upper;
        }

        private void Sum()
        {
            (LeastProcessors, LeastExpected) = (int.MaxValue, long.MaxValue);
            for (var i = 0; i < Count; i++)
            {
                LeastProcessors = Math.Min(LeastProcessors, Jobs[i].Processors);
                LeastExpected = Math.Min(LeastExpected, Jobs[i].Expected);
            }
        }
    }
}
