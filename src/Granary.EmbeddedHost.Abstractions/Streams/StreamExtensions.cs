using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace Orleans
{
    /// <summary>Stream providers for grains.</summary>
    public static class GrainStreamingExtensions
    {
        /// <exception cref="KeyNotFoundException">No provider has the name.</exception>
        public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name)
            => StreamProviders.Get(grain.GrainContext.ActivationServices, name);
    }

    /// <summary>Stream providers for clients.</summary>
    public static class ClientStreamingExtensions
    {
        /// <exception cref="KeyNotFoundException">No provider has the name.</exception>
        public static IStreamProvider GetStreamProvider(this IClusterClient client, string name)
            => StreamProviders.Get(client.ServiceProvider, name);
    }

    internal static class StreamProviders
    {
        public static IStreamProvider Get(IServiceProvider services, string name)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            return services.GetKeyedService<IStreamProvider>(name) ?? throw new KeyNotFoundException(
                $"Stream provider \"{name}\" is not configured; call AddMemoryStreams(\"{name}\") on the builder.");
        }
    }
}

namespace Orleans.Streams
{
    /// <summary>Subscriptions with delegates in place of an observer.</summary>
    public static class AsyncObservableExtensions
    {
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync)
            => obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync));

        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync, Func<Exception, Task> onErrorAsync)
            => obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync));

        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync, Func<Task> onCompletedAsync)
            => obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync, null, onCompletedAsync));

        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync, Func<Exception, Task> onErrorAsync, Func<Task> onCompletedAsync)
            => obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync));
    }

    /// <summary>Batch subscriptions with delegates in place of an observer.</summary>
    public static class AsyncBatchObservableExtensions
    {
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncBatchObservable<T> obs, Func<IList<SequentialItem<T>>, Task> onNextAsync)
            => obs.SubscribeAsync(new DelegateBatchObserver<T>(onNextAsync));

        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncBatchObservable<T> obs, Func<IList<SequentialItem<T>>, Task> onNextAsync, Func<Exception, Task> onErrorAsync)
            => obs.SubscribeAsync(new DelegateBatchObserver<T>(onNextAsync, onErrorAsync));
    }

    /// <summary>Resuming with delegates in place of an observer.</summary>
    public static class StreamSubscriptionHandleExtensions
    {
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken?, Task> onNextAsync, StreamSequenceToken? token = null)
            => handle.ResumeAsync(new DelegateObserver<T>(onNextAsync), token);

        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken?, Task> onNextAsync, Func<Exception, Task> onErrorAsync,
            StreamSequenceToken? token = null)
            => handle.ResumeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync), token);

        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<IList<SequentialItem<T>>, Task> onNextAsync, StreamSequenceToken? token = null)
            => handle.ResumeAsync(new DelegateBatchObserver<T>(onNextAsync), token);
    }

    internal sealed class DelegateObserver<T>(
        Func<T, StreamSequenceToken?, Task> onNext, Func<Exception, Task>? onError = null, Func<Task>? onCompleted = null) : IAsyncObserver<T>
    {
        public Task OnNextAsync(T item, StreamSequenceToken? token = null) => onNext(item, token);

        public Task OnErrorAsync(Exception ex) => onError?.Invoke(ex) ?? Task.CompletedTask;

        public Task OnCompletedAsync() => onCompleted?.Invoke() ?? Task.CompletedTask;
    }

    internal sealed class DelegateBatchObserver<T>(
        Func<IList<SequentialItem<T>>, Task> onNext, Func<Exception, Task>? onError = null) : IAsyncBatchObserver<T>
    {
        public Task OnNextAsync(IList<SequentialItem<T>> items) => onNext(items);

        public Task OnErrorAsync(Exception ex) => onError?.Invoke(ex) ?? Task.CompletedTask;
    }
}
