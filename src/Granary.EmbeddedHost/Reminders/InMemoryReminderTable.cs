using System.Globalization;
using Orleans;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Reminders;

/// <summary>Keeps reminders in memory; the base of the durable table, which saves after each change.</summary>
internal class InMemoryReminderTable : IReminderTable
{
    private readonly Dictionary<(GrainId Grain, string Name), ReminderEntry> _rows = [];
    private readonly Lock _gate = new();
    private long _lastTag;

    public virtual Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Read(r => r.GrainId == grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Read(r => begin == end || Contains(begin, end, r.GrainId.GetUniformHashCode()));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        lock (_gate)
            return Task.FromResult(_rows.GetValueOrDefault((grainId, reminderName)));
    }

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        lock (_gate)
        {
            var row = new ReminderEntry
            {
                GrainId = entry.GrainId,
                ReminderName = entry.ReminderName,
                StartAt = entry.StartAt,
                Period = entry.Period,
                ETag = (++_lastTag).ToString(CultureInfo.InvariantCulture),
            };
            var key = (row.GrainId, row.ReminderName);
            Change(() => _rows[key] = row);
            return Task.FromResult<string?>(row.ETag);
        }
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue((grainId, reminderName), out var row) || row.ETag != eTag)
                return Task.FromResult(false);
            Change(() => _rows.Remove((grainId, reminderName)));
            return Task.FromResult(true);
        }
    }

    public Task TestOnlyClearTable()
    {
        lock (_gate)
            Change(_rows.Clear);
        return Task.CompletedTask;
    }

    /// <summary>Keeps the rows; throws if it cannot.</summary>
    protected virtual void Save(IReadOnlyCollection<ReminderEntry> rows)
    {
    }

    protected void Load(IEnumerable<ReminderEntry> rows)
    {
        lock (_gate)
        {
            foreach (var row in rows)
            {
                _rows[(row.GrainId, row.ReminderName)] = row;
                if (long.TryParse(row.ETag, NumberStyles.None, CultureInfo.InvariantCulture, out var tag))
                    _lastTag = Math.Max(_lastTag, tag);
            }
        }
    }

    /// <summary>A change that could not be saved is taken back.</summary>
    private void Change(Action change)
    {
        var before = _rows.ToArray();
        change();
        try
        {
            Save(_rows.Values);
        }
        catch
        {
            _rows.Clear();
            foreach (var (key, row) in before)
                _rows[key] = row;
            throw;
        }
    }

    private Task<ReminderTableData> Read(Func<ReminderEntry, bool> where)
    {
        lock (_gate)
            return Task.FromResult(new ReminderTableData(_rows.Values.Where(where).OrderBy(r => r.GrainId).ThenBy(r => r.ReminderName, StringComparer.Ordinal)));
    }

    private static bool Contains(uint begin, uint end, uint hash) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;
}
