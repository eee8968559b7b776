# GHC: the compiler, and a Haskell program with threads, foreign memory and big numbers.
# packages: ghc gcc libc6-dev
# seconds: 240
cat >Main.hs <<'E2'
import Control.Concurrent
import Control.Exception (evaluate)
import Control.Monad
import Data.Bits (shiftR, xor)
import Data.Char (ord)
import Data.List (foldl')
import qualified Data.Map.Strict as M
import Foreign
import Foreign.C.String
import Foreign.C.Types

foreign import ccall unsafe "strdup" cStrdup :: CString -> IO CString
foreign import ccall safe "realpath" cRealpath :: CString -> CString -> IO CString
foreign import ccall unsafe "&free" pFree :: FunPtr (Ptr a -> IO ())

checksum :: String -> Int
checksum = foldl' (\n c -> (n * 31 + ord c) `mod` 4294967291) 7

work :: Int -> Int
work n = checksum (show (M.toList table))
  where table = foldl' (\m i -> M.insertWith (++) ("key " ++ show (i * n `mod` 997)) [i] m) M.empty [1 .. 20000 :: Int]

foreignWork :: Int -> IO Int
foreignWork n = do
  parts <- forM [1 .. 2000] $ \i -> do
    p <- withCString (replicate (i * n `mod` 700) 'x') cStrdup
    a <- newForeignPtr pFree p
    s <- withForeignPtr a peekCString
    q <- withCString "/usr/../etc" (`cRealpath` nullPtr)
    t <- peekCString q
    free q
    allocaBytes (i + 1) $ \b -> fillBytes b 1 i
    r <- mallocBytes i >>= \b -> reallocBytes b (i * 2) :: IO (Ptr Word8)
    free r
    evaluate (length s + checksum t)
  return (sum parts)

main :: IO ()
main = do
  boxes <- forM [1 .. 8] $ \n -> do
    box <- newEmptyMVar
    _ <- forkOS $ do
      f <- foreignWork n
      w <- evaluate (work n)
      putMVar box (f, w)
    return box
  mapM_ (takeMVar >=> print) boxes
  print (checksum (show (product [1 .. 2000 :: Integer])))
E2
for flags in '-O0 -threaded' '-O2 -threaded -rtsopts -with-rtsopts=-N4'; do
	ghc -v0 -fforce-recomp $flags -o program Main.hs
	./program
done
