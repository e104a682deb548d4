using Orleans.Runtime;

namespace Orleans.Streams
{
    /// <summary>One subscription of one consumer.</summary>
    public abstract class StreamSubscriptionHandle<T> : IEquatable<StreamSubscriptionHandle<T>?>
    {
        public abstract StreamId StreamId { get; }

        public abstract string ProviderName { get; }

        public abstract Guid HandleId { get; }

        /// <summary>Ends the subscription.</summary>
        public abstract Task UnsubscribeAsync();

        /// <summary>Attaches an observer again, after the consumer was activated anew.</summary>
        public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null);

        /// <inheritdoc cref="ResumeAsync(IAsyncObserver{T}, StreamSequenceToken?)"/>
        public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null);

        public abstract bool Equals(StreamSubscriptionHandle<T>? other);
    }
}

namespace Orleans.Streams.Core
{
    /// <summary>A grain that wants to hear of the subscriptions made for it, implicit ones above all.</summary>
    public interface IStreamSubscriptionObserver
    {
        Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory);
    }

    /// <summary>Makes the typed handle of a subscription.</summary>
    public interface IStreamSubscriptionHandleFactory
    {
        StreamId StreamId { get; }

        string ProviderName { get; }

        StreamSubscriptionHandle<T> Create<T>();
    }
}
