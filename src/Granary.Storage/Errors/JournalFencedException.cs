using System.Globalization;

namespace Granary.Storage;

/// <summary>An append did not follow the last record: another activation of the pool has written. Load the pool again.</summary>
public sealed class JournalFencedException : Exception
{
    public JournalFencedException()
    {
    }

    public JournalFencedException(string message)
        : base(message)
    {
    }

    public JournalFencedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public JournalFencedException(string pool, long sequence, long lastSequence)
        : base(string.Create(CultureInfo.InvariantCulture,
            $"the journal of pool '{pool}' is at sequence {lastSequence}, so record {sequence} cannot follow: another writer was here; load the pool again"))
    {
        Pool = pool;
        Sequence = sequence;
        LastSequence = lastSequence;
    }

    public string Pool { get; } = "";

    /// <summary>The sequence that was offered.</summary>
    public long Sequence { get; }

    /// <summary>The sequence the journal has.</summary>
    public long LastSequence { get; }
}
