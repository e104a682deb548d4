using System.Security.Cryptography;
using Granary.Forecasting.Neural;

namespace Granary.Forecasting.Tests.Neural;

public sealed class LstmFileTests
{
    private static readonly LstmWeights Weights = Trained();

    [Fact]
    public void What_is_written_is_read_back()
    {
        var read = LstmFile.Read(LstmFile.Write(Weights));
        Assert.Equal(Weights.Network.Weights, read.Network.Weights);
        Assert.Equal(Weights.Shape, read.Shape);
        Assert.Equal((Weights.Frame.Mean, Weights.Frame.Deviation, Weights.Frame.Unit, Weights.Frame.Basis), (read.Frame.Mean, read.Frame.Deviation, read.Frame.Unit, read.Frame.Basis));
        Assert.Equal((Weights.Error, Weights.BaseError), (read.Error, read.BaseError));
    }

    [Fact]
    public void Any_changed_byte_and_any_cut_is_refused()
    {
        var bytes = LstmFile.Write(Weights);
        var random = new Random(1);
        for (var n = 0; n < 300; n++)
        {
            var changed = (byte[])bytes.Clone();
            changed[n < 80 ? n : random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<InvalidDataException>(() => LstmFile.Read(changed));
            Assert.Throws<InvalidDataException>(() => LstmFile.Read(bytes.AsSpan(0, random.Next(bytes.Length))));
        }
        Assert.Throws<InvalidDataException>(() => LstmFile.Read([.. bytes, 0]));
        Assert.Throws<InvalidDataException>(() => LstmFile.Read(default));
    }

    [Theory]
    [InlineData(8, 2, "version 2")]
    [InlineData(16, 12, "Hidden is 12")]
    [InlineData(20, 100, "Layers is 100")]
    [InlineData(24, -1, "Horizon is -1")]
    [InlineData(28, 7, "forecast 7 of 3")]
    [InlineData(32, 0, "mean of 0")]
    [InlineData(36, int.MaxValue, "within their seasons")]
    [InlineData(40, 0, "Seasons are [0]")]
    [InlineData(16, 32, "has")]
    public void Bytes_with_a_right_checksum_that_make_no_sense_are_refused(int at, int value, string reason)
    {
        var bytes = LstmFile.Write(Weights);
        BitConverter.TryWriteBytes(bytes.AsSpan(at), value);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)).CopyTo(bytes, bytes.Length - 32);
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => LstmFile.Read(bytes)).Message);
    }

    private static LstmWeights Trained()
    {
        var trainer = new LstmTrainer(new() { Hidden = 16, Horizon = 6, Seasons = [24], MaxEpochs = 2 }, Signals.Daily(100, 1));
        while (trainer.Advance(10))
        {
        }
        return trainer.Best;
    }
}
