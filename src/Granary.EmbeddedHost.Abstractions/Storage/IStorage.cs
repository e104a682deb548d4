namespace Orleans.Core
{
    /// <summary>A stored state of a grain, without its value.</summary>
    public interface IStorage
    {
        /// <summary>The version that was read or written last; null where nothing is stored.</summary>
        string? Etag { get; }

        bool RecordExists { get; }

        /// <exception cref="Storage.InconsistentStateException">Somebody else wrote since this was read.</exception>
        Task ClearStateAsync();

        /// <exception cref="Storage.InconsistentStateException">Somebody else wrote since this was read.</exception>
        Task WriteStateAsync();

        Task ReadStateAsync();

        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
    }

    /// <summary>A stored state of a grain.</summary>
    public interface IStorage<TState> : IStorage
    {
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A stored state that the host reads before the grain activates.</summary>
    public interface IPersistentState<TState> : Core.IStorage<TState>;
}
