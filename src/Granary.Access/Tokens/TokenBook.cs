using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Granary.Abstractions;

namespace Granary.Access.Tokens;

/// <summary>What one server knows callers by: the token of its data directory, and its copy of the registry.</summary>
/// <remarks>
/// A secret is looked up by the first 8 bytes of its SHA-256 and then compared as a whole hash in constant time: how long that takes tells at most something
/// of the hash of what the caller sent itself, and nothing of any secret.
/// </remarks>
public sealed class TokenBook(TimeProvider time)
{
    /// <summary>How often a use is noted of a caller that stays.</summary>
    private static readonly TimeSpan NoteEvery = TimeSpan.FromSeconds(15);

    private sealed class Entry(TokenKey key)
    {
        private long _noted = long.MinValue;

        public byte[] Hash { get; } = key.Hash;
        public Caller Caller { get; } = new(key.Id, key.Role, key.Agents.ToFrozenSet(StringComparer.Ordinal), key.Nodes ?? []) { Hash = key.Hash };
        public DateTimeOffset? Until { get; } = key.Until;

        /// <summary>True now and then, for one caller.</summary>
        public bool IsToBeNoted(DateTimeOffset now)
        {
            var noted = Volatile.Read(ref _noted);
            return (noted == long.MinValue || now.Ticks - noted >= NoteEvery.Ticks) && Interlocked.CompareExchange(ref _noted, now.Ticks, noted) == noted;
        }
    }

    private sealed record Page(long Version, FrozenDictionary<long, Entry[]> ByHash, FrozenDictionary<string, Entry[]> ById);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private volatile Page _page = new(0, FrozenDictionary<long, Entry[]>.Empty, FrozenDictionary<string, Entry[]>.Empty);
    private byte[]? _file;
    private TaskTokens? _tasks;
    private Func<CancellationToken, Task>? _refresh;

    /// <summary>Of the copy.</summary>
    public long Version => _page.Version;

    /// <summary>Takes the token of the data directory; empty for none.</summary>
    public TokenBook WithFileToken(string token)
    {
        _file = token.Length == 0 ? null : TokenSecret.Hash(token);
        _tasks = token.Length == 0 ? null : new TaskTokens(token);
        return this;
    }

    /// <summary>Says how the copy is brought up to date when a secret is not in it.</summary>
    public void RefreshBy(Func<CancellationToken, Task> refresh) => _refresh = refresh;

    /// <summary>Replaces the copy, unless it is the older of the two.</summary>
    public void Take(TokenPage page)
    {
        if (page.Keys is null) return;
        var entries = page.Keys.Select(k => new Entry(k)).ToArray();
        var fresh = new Page(
            page.Version,
            entries.GroupBy(e => Start(e.Hash)).ToFrozenDictionary(g => g.Key, g => g.ToArray()),
            entries.GroupBy(e => e.Caller.Id).ToFrozenDictionary(g => g.Key, g => g.ToArray()));
        lock (_gate)
            if (page.Version > _page.Version) _page = fresh;
    }

    /// <summary>Who shows this secret; null for nobody that is known here.</summary>
    public Caller? Find(string secret)
    {
        if (secret.Length == 0) return null;
        Span<byte> hash = TokenSecret.Hash(secret);
        if (_file is { } file && CryptographicOperations.FixedTimeEquals(file, hash)) return Caller.File;
        var now = time.GetUtcNow();
        if (_tasks?.Find(secret, now) is { } task) return task;
        foreach (var entry in _page.ByHash.GetValueOrDefault(Start(hash)) ?? [])
        {
            if (!CryptographicOperations.FixedTimeEquals(entry.Hash, hash) || entry.Until <= now) continue;
            Note(entry, now);
            return entry.Caller;
        }
        return null;
    }

    /// <summary>The same, after asking the registry when the secret is not known: it may have been made a moment ago.</summary>
    public async ValueTask<Caller?> FindAsync(string secret, CancellationToken cancellation)
    {
        if (Find(secret) is { } known) return known;
        if (_refresh is not { } refresh || secret.Length == 0) return null;
        await refresh(cancellation).ConfigureAwait(false);
        return Find(secret);
    }

    /// <summary>Whether who came in before may still be here: false once the token was revoked or has expired, or its secret was replaced and the overlap is over.</summary>
    public bool Stands(Caller caller)
    {
        if (ReferenceEquals(caller, Caller.File) || ReferenceEquals(caller, Caller.Local)) return true;
        var now = time.GetUtcNow();
        if (caller.Until is { } until) return until > now;
        if (_page.ById.GetValueOrDefault(caller.Id) is not { } entries) return false;
        foreach (var entry in entries)
        {
            if (entry.Until <= now || !entry.Hash.AsSpan().SequenceEqual(caller.Hash)) continue;
            Note(entry, now);
            return true;
        }
        return false;
    }

    /// <summary>When tokens were used since the last call.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> TakeUses()
    {
        if (_used.IsEmpty) return FrozenDictionary<string, DateTimeOffset>.Empty;
        var uses = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var id in _used.Keys)
            if (_used.TryRemove(id, out var at)) uses[id] = at;
        return uses;
    }

    private void Note(Entry entry, DateTimeOffset now)
    {
        if (entry.IsToBeNoted(now)) _used[entry.Caller.Id] = now;
    }

    private static long Start(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadInt64LittleEndian(hash);
}
